/** Options that are mistyped or unknown. */
import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import {
  cassetteProvider,
  recordingProvider,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, record, said } from './tapes.ts';

/** Options that the compiler would refuse. */
const given = (options: unknown) => options as never;

async function messageOf(call: (cassette: string) => unknown): Promise<string> {
  using folder = new Folder();
  await record(folder.file(), [say('1')], (provider) => answerTo(provider, 'a'));
  const before = folder.read();
  const error = thrown(() => call(folder.file()));
  expect(folder.read()).toBe(before);
  return `${error.name}: ${said(error, folder)}`;
}

const live = scriptedProvider([]);

test('the message about a mistyped policy has the valid ones', async ({ expect }) => {
  expect(
    await messageOf((cassette) => replayProvider(cassette, given({ onMismatch: 'warning' }))),
  ).toMatchInlineSnapshot(
    `"TypeError: The onMismatch of replayProvider must be one of error, warn, ignore, but is the string "warning"."`,
  );
  expect(
    await messageOf((cassette) => cassetteProvider(live, given({ cassette, onMismatch: 'eror' }))),
  ).toMatchInlineSnapshot(
    `"TypeError: The onMismatch of cassetteProvider must be one of error, warn, ignore, but is the string "eror". Did you mean "error"?"`,
  );
  expect(
    await messageOf((cassette) => replayProvider(cassette, given({ onMismatch: true }))),
  ).toMatchInlineSnapshot(
    `"TypeError: The onMismatch of replayProvider must be one of error, warn, ignore, but is the boolean true."`,
  );
});

test('the message about a mistyped timing has the valid ones', async ({ expect }) => {
  expect(
    await messageOf((cassette) => replayProvider(cassette, given({ timing: 'record' }))),
  ).toMatchInlineSnapshot(
    `"TypeError: The timing of replayProvider must be one of none, recorded, but is the string "record". Did you mean "recorded"?"`,
  );
});

test('the message about an unknown option has all options, and the nearest one', async ({ expect }) => {
  expect(
    await messageOf((cassette) => replayProvider(cassette, given({ onMissmatch: 'warn' }))),
  ).toMatchInlineSnapshot(
    `"TypeError: replayProvider has no option "onMissmatch". Did you mean "onMismatch"? Its options: onMismatch, redact, timing."`,
  );
  expect(
    await messageOf((cassette) => cassetteProvider(live, given({ cassette, modes: 'all' }))),
  ).toMatchInlineSnapshot(
    `"TypeError: cassetteProvider has no option "modes". Did you mean "mode"? Its options: cassette, mode, redact, onMismatch, timing."`,
  );
  expect(
    await messageOf((cassette) => recordingProvider(live, given({ cassette, mode: 'all' }))),
  ).toMatchInlineSnapshot(
    `"TypeError: recordingProvider has no option "mode". Its options: cassette, redact."`,
  );
});

test('options that are not an object are refused', async ({ expect }) => {
  expect(await messageOf((cassette) => replayProvider(cassette, given('warn')))).toMatchInlineSnapshot(
    `"TypeError: replayProvider takes its options as an object, but was given the string "warn". Its options: onMismatch, redact, timing."`,
  );
  expect(await messageOf((cassette) => cassetteProvider(live, given(cassette)))).toMatchInlineSnapshot(
    `"TypeError: cassetteProvider takes its options as an object, but was given the string "…/c.json". Its options: cassette, mode, redact, onMismatch, timing."`,
  );
});

test('a value that is not a provider is refused', async ({ expect }) => {
  expect(
    await messageOf((cassette) => recordingProvider(given(undefined), { cassette })),
  ).toMatchInlineSnapshot(
    `"TypeError: The provider to record must have the methods complete and stream, but is undefined. Write openaiProvider({ … }), or, to play steps, scriptedProvider([…]) from "swarmcheck/testing"."`,
  );
  expect(
    await messageOf((cassette) => cassetteProvider(given([say('x')]), { cassette })),
  ).toMatchInlineSnapshot(
    `"TypeError: The provider of a cassette must have the methods complete and stream, but is an array of 1 item. To play steps, write scriptedProvider([…]) from "swarmcheck/testing"."`,
  );
});

test('a redact that is not a function is refused', async ({ expect }) => {
  expect(
    await messageOf((cassette) => replayProvider(cassette, given({ redact: /x/ }))),
  ).toMatchInlineSnapshot(
    `"TypeError: redact must be a function that takes a text and its path, but is a RegExp."`,
  );
});

test('the file of a replay must exist', async ({ expect }) => {
  expect(
    await messageOf((cassette) => replayProvider(cassette.replace('c.json', 'other.json'))),
  ).toMatchInlineSnapshot(
    `"CassetteFileError: …/other.json: The file does not exist. Check the path, or record the cassette first."`,
  );
});

test('the arguments of replayTools are checked', async ({ expect }) => {
  const agent = new Agent();
  expect(await messageOf((cassette) => replayTools(agent, cassette, given('verfy')))).toMatchInlineSnapshot(
    `"TypeError: The mode of replayTools must be "replay" or "verify", but is the string "verfy"."`,
  );
  expect(await messageOf((cassette) => replayTools(agent, cassette, given(undefined)))).toMatchInlineSnapshot(
    `"TypeError: The mode of replayTools must be "replay" or "verify", but is undefined."`,
  );
  expect(
    await messageOf((cassette) => replayTools(given({ name: 'A' }), cassette, 'replay')),
  ).toMatchInlineSnapshot(`"TypeError: The agent of replayTools must be an Agent, but is an object."`);
  expect(
    await messageOf((cassette) => replayTools(agent, cassette.replace('c.json', 'other.json'), 'verify')),
  ).toMatchInlineSnapshot(
    `"CassetteFileError: …/other.json: The file does not exist. Check the path, or record the cassette first."`,
  );
  expect(await messageOf(() => replayTools(agent, given(undefined), 'verify'))).toMatchInlineSnapshot(
    `"CassetteFileError: The path of a cassette must be a string such as "fixtures/cassettes/refund.json", but is undefined."`,
  );
});
