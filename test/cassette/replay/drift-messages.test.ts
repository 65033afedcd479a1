/** The messages about drift, whole. */
import { test } from 'vitest';
import { tool } from 'swarmcheck';
import { replayProvider, say } from 'swarmcheck/testing';
import { Folder } from '../folder.ts';
import { rejection } from '../../support/failures.ts';
import { playChanged, type Change } from './desk.ts';
import { answerTo, record, said, user } from './tapes.ts';

const messageFor = async (change: Change) => (await playChanged(change)).message;

test('the message about changed instructions shows the lines that changed', async ({ expect }) => {
  const message = await messageFor({
    agents: ({ refunds }) => (refunds.instructions = 'Refund what was paid.\nAsk for the year.\nBe brief.'),
  });
  expect(message).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 2).
    The instructions of agent "Refunds" changed:
       Refund what was paid.
      -Ask for the order.
      +Ask for the year.
       Be brief.
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/drift-messages.test.ts"
  `);
});

test('the message about a changed description shows the definition of the tool', async ({ expect }) => {
  const message = await messageFor({
    agents: ({ refunds }) => {
      refunds.functions[1] = tool({
        name: 'issue_refund',
        description: 'Pays half of it.',
        execute: () => '',
      });
    },
  });
  expect(message).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 2).
    The tool "issue_refund" changed:
       {
      -  "description": "Pays it back.",
      +  "description": "Pays half of it.",
         "name": "issue_refund",
         "parameters": {
           "properties": {},
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/drift-messages.test.ts"
  `);
});

test('the message about a changed order of tools shows the names of the tools', async ({ expect }) => {
  const message = await messageFor({
    agents: ({ refunds }) => (refunds.functions = refunds.functions.toReversed()),
  });
  expect(message).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 2).
    The order of the tools changed:
      -look_up
       issue_refund
      +look_up
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/drift-messages.test.ts"
  `);
});

test('the message about a changed model shows both models', async ({ expect }) => {
  expect(await messageFor({ run: { modelOverride: 'o3' } })).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 1).
    The model changed:
      -gpt-4o
      +o3
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/drift-messages.test.ts"
  `);
});

test('the message about a new parameter shows its value', async ({ expect }) => {
  const format = { type: 'json_schema', json_schema: { name: 'answer', strict: true } };
  expect(await messageFor({ request: () => ({ response_format: format }) })).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 1).
    The parameter "response_format" changed:
      -(not sent)
      +{
      +  "json_schema": {
      +    "name": "answer",
      +    "strict": true
      +  },
      +  "type": "json_schema"
      +}
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/drift-messages.test.ts"
  `);
});

test('the message about a changed history shows the first message that differs', async ({ expect }) => {
  const message = await messageFor({ agents: ({ orders }) => (orders.status = 'open') });
  expect(message).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 3).
    The history differs at message 7:
      -tool: {"order":"A-17","status":"paid"}
      +tool: {"order":"A-17","status":"open"}
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/drift-messages.test.ts"
  `);
});

test('the message about several changes shows each of them', async ({ expect }) => {
  const message = await messageFor({
    agents: ({ triage }) => Object.assign(triage, { instructions: 'Ask.', model: 'o3', functions: [] }),
    messages: [user('Is A-18 paid?')],
  });
  expect(message).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 1).
    The model changed:
      -gpt-4o
      +o3
    The instructions of agent "Triage" changed:
      -Find out what is wanted.
      +Ask.
    The tool "transfer" changed:
      -{
      -  "description": "",
      -  "name": "transfer",
      -  "parameters": {
      -    "properties": {},
      -    "type": "object"
      -  }
      -}
      +(not offered)
    The parameter "parallel_tool_calls" changed:
      -true
      +(not sent)
    The history differs at message 1:
      -user: Hello.
      +user: Is A-18 paid?
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/drift-messages.test.ts"
  `);
});

test('the message has the name of the conversation if the cassette has several', async ({ expect }) => {
  using folder = new Folder();
  await record(folder.file(), [say('one'), say('two'), say('three')], async (provider) => {
    await answerTo(provider, 'a', { conversation: 'ann' });
    await answerTo(provider, 'b');
    await answerTo(provider, 'c');
  });
  using provider = replayProvider(folder.file());
  const error = await rejection(answerTo(provider, 'A', { conversation: 'ann' }));
  expect(said(error, folder).split('\n')[0]).toMatchInlineSnapshot(
    `"This request differs from the recorded one (…/c.json, interaction 1 of conversation "ann")."`,
  );
});
