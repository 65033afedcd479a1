/**
 * The hook `redact`: its arguments, every place where it applies, replays with it, and the errors about a wrong one.
 */
import { describe, expect, test } from 'vitest';
import { UsageError, type CompletionProvider } from 'swarmcheck';
import { recordingProvider, replayProvider, type Redact } from 'swarmcheck/testing';
import { completing, saying } from '../../support/completions.ts';
import { rejectedWith, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, Talk } from '../replay/tapes.ts';
import { leaksIn } from './leaks.ts';
import { ways } from './live.ts';
import { places } from './places.ts';

const name = 'Ann van Dyck';
const hideNames: Redact = (text) => text.replaceAll(/\b(?:Ann|Bob) van Dyck\b/g, '[name]');

/**
 * The hook is not called for the names of fields, so a text that becomes the name of a context variable has no name
 * of a person.
 */
const naming = (who: string, place: string) => ({
  texts: [/context variables/.test(place) ? 'a key' : `I am ${who}.`],
  text: `I am ${who}.`,
  data: { who },
  values: [who],
});

describe.for(ways)('$name', (way) => {
  test.for(Object.keys(places))('redact hides the name, and the recording is replayed: %s', async (place) => {
    using folder = new Folder();
    const cassette = folder.file();
    {
      const { answers, play } = places[place]!(naming(name, place));
      using live = await way.live(answers, 'none');
      await using provider = recordingProvider(live.provider, { cassette, redact: hideNames });
      await Promise.allSettled([play(provider, way.stream)]);
    }
    expect(leaksIn(folder, [name])).toEqual([]);
    using provider = replayProvider(cassette, { redact: hideNames });
    await Promise.allSettled([places[place]!(naming('Bob van Dyck', place)).play(provider, way.stream)]);
    expect(provider.summary).toMatchObject({ drifted: 0, unused: 0 });
  });
});

/** Records one question and its answer, with this hook. */
async function recorded(folder: Folder, redact: unknown, question = 'Who?', answer = 'Nobody.') {
  await using provider = recordingProvider(completing(saying(answer)), {
    cassette: folder.file(),
    redact: redact as Redact,
  });
  return await answerTo(provider, question);
}

test('redact gets texts without known secrets, and their paths', async () => {
  using folder = new Folder();
  const asked: [string, string][] = [];
  const redact: Redact = (text, path) => {
    asked.push([path.join('.'), text]);
    return text;
  };
  await recorded(folder, redact, 'I am ann@example.com.', 'Hello, ann@example.com.');
  expect(asked).toContainEqual(['request.messages.0.content', 'I am email-1@redacted.invalid.']);
  expect(asked).toContainEqual(['response.choices.0.message.content', 'Hello, email-1@redacted.invalid.']);
  expect(asked.filter(([, text]) => text.includes('example.com'))).toEqual([]);
});

test('redact may decide by the path of a text', async () => {
  using folder = new Folder();
  const redact: Redact = (text, path) => (path[0] === 'request' ? '(not kept)' : text);
  await recorded(folder, redact);
  const [interaction] = folder.json().lanes[0]!.interactions;
  expect(interaction!.request.new).toEqual([{ role: 'user', content: '(not kept)' }]);
  expect(interaction!.completion.choices[0].message.content).toBe('Nobody.');
});

test('during a recording, the caller gets the answer unchanged', async () => {
  using folder = new Folder();
  expect(await recorded(folder, hideNames, 'Who?', `${name}, ann@example.com`)).toBe(
    `${name}, ann@example.com`,
  );
});

test('a replay without redact reports the hidden text as drift', async () => {
  using folder = new Folder();
  await recorded(folder, hideNames, `I am ${name}.`);
  const diff = `-user: I am [name].\n+user: I am ${name}.`;
  await expect(answerTo(replayProvider(folder.file()), `I am ${name}.`)).rejects.toMatchObject({
    drift: [{ diff }],
  });
});

test('a conversation goes on after a text that redact has hidden', async () => {
  using folder = new Folder();
  const talk = async (provider: CompletionProvider) => {
    const said = new Talk(provider);
    return [await said.ask(`I am ${name}.`), await said.ask('Again?')];
  };
  {
    const live = completing(saying(`Hello, ${name}.`), saying(`${name}!`));
    await using provider = recordingProvider(live, { cassette: folder.file(), redact: hideNames });
    expect(await talk(provider)).toEqual([`Hello, ${name}.`, `${name}!`]);
  }
  using provider = replayProvider(folder.file(), { redact: hideNames });
  expect(await talk(provider)).toEqual(['Hello, [name].', '[name]!']);
  expect(provider.summary).toMatchObject({ exact: 2 });
});

test.for([
  ['nothing', () => undefined, 'it returned undefined. Is a "return" missing?'],
  ['null', () => null, 'it returned null.'],
  ['a number', () => 7, 'it returned the number 7.'],
  ['a promise', async (text: string) => text, 'it returned a Promise.'],
] as const)('a redact that returns %s is a TypeError, before a model is asked', async ([, redact, words]) => {
  using folder = new Folder();
  const error = (await rejectedWith(recorded(folder, redact))) as UsageError;
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ field: 'redact', expected: 'the text to store' });
  expect(words).toContain(error.given);
  expect(error.message).toContain('redact must return the text to store, but for request.messages.0.content');
  expect(error.message).toContain(words);
  expect(leaksIn(folder, ['Who?', 'Nobody.'])).toEqual([]);
});

test.for([() => undefined, () => JSON.parse('no JSON') as string])(
  'a redact that fails at an answer (%s) rejects the request, and its error is not recorded',
  async (fail) => {
    using folder = new Folder();
    const redact = (text: string) => (text === 'Nobody.' ? fail() : text);
    await expect(recorded(folder, redact)).rejects.toThrow(/redact must return|JSON/);
    expect(leaksIn(folder, ['Nobody.', 'redact must', 'JSON'])).toEqual([]);
  },
);

test('a redact that throws rejects the request with its error, recorded or replayed', async () => {
  using folder = new Folder();
  const broken = () => {
    throw new RangeError('no rule for this');
  };
  await expect(recorded(folder, broken)).rejects.toThrow(RangeError);
  expect(leaksIn(folder, ['Who?', 'Nobody.'])).toEqual([]);
  await recorded(folder, undefined);
  await expect(answerTo(replayProvider(folder.file(), { redact: broken }), 'Who?')).rejects.toThrow(
    'no rule for this',
  );
});

test.for([null, 'names', /Ann/, {}])('a redact that is not a function (%o) is refused at once', (redact) => {
  using folder = new Folder();
  const error = thrown(() =>
    recordingProvider(completing(), { cassette: folder.file(), redact: redact as never }),
  );
  expect(error).toBeInstanceOf(UsageError);
  expect(error).toMatchObject({ field: 'redact', expected: 'a function that takes a text and its path' });
  expect(error.message).toMatch(/^redact must be a function that takes a text and its path, but is /);
});
