/** Failures of a recording itself: the caller gets the error, and nothing incomplete is stored. */
import { existsSync, lstatSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import {
  callTool,
  CassetteAmbiguityError,
  cassetteProvider,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { answeredBy, chunk, saying } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, user } from '../replay/tapes.ts';
import { gate } from '../../support/waiting.ts';

/** A redact that throws for texts with this word. */
const failing = (word: string) => (text: string) => {
  if (text.includes(word)) throw new Error('the mistake of the hook');
  return text;
};

test.for(['answer 2', 'broken'])(
  'if redact throws, the caller gets the error, and the answer is not recorded (%s)',
  async (word) => {
    using folder = new Folder();
    const model = answeredBy((_request, _options, count) => {
      if (count === 2 && word === 'broken') throw new Error('broken');
      return saying(`answer ${count}`);
    });
    const provider = recordingProvider(model, { cassette: folder.file(), redact: failing(word) });
    await answerTo(provider, 'a');
    expect(await rejection(answerTo(provider, 'b'))).toHaveProperty('message', 'the mistake of the hook');
    await answerTo(provider, 'c');
    await expect(provider.close()).rejects.toThrow('the mistake of the hook');
    const answers = folder.json().lanes.flatMap(({ interactions }) => interactions);
    expect(answers.map(({ completion }) => completion.choices[0].message.content)).toEqual([
      'answer 1',
      'answer 3',
    ]);
    // The file can be recorded again.
    await using next = recordingProvider(scriptedProvider([say('next')]), { cassette: folder.file() });
    expect(await answerTo(next, 'a')).toBe('next');
  },
);

test('if redact throws at the last result, close rejects, and the file can be recorded again', async () => {
  using folder = new Folder();
  const agent = new Agent({
    functions: [
      function look() {
        return 'unbearable';
      },
    ],
  });
  const script = scriptedProvider([callTool('look')]);
  const provider = recordingProvider(script, { cassette: folder.file(), redact: failing('unbearable') });
  await new Swarm({ provider }).run({ agent, messages: [user('q')], maxTurns: 1 });
  await expect(provider.close()).rejects.toThrow('the mistake of the hook');
  await using next = recordingProvider(scriptedProvider([say('next')]), { cassette: folder.file() });
  expect(await answerTo(next, 'a')).toBe('next');
});

test('the live stream is ended even if the recorder fails', async () => {
  using folder = new Folder();
  let isEnded = false;
  const provider = recordingProvider(
    {
      complete: () => Promise.reject(new Error('This provider only streams.')),
      async *stream() {
        try {
          yield chunk({ content: 'unbearable' });
          yield chunk({}, 'stop');
        } finally {
          isEnded = true;
        }
      },
    },
    { cassette: folder.file(), redact: failing('unbearable') },
  );
  const leave = async () => {
    for await (const piece of provider.stream(asking(user('a')))) if (piece) break;
  };
  await expect(leave()).rejects.toThrow('the mistake of the hook');
  expect(isEnded).toBe(true);
});

test('a closed recording writes nothing more, even if an answer arrives', async () => {
  using folder = new Folder();
  const late = gate();
  const model = answeredBy(async () => {
    await late.opened;
    return saying('late');
  });
  const one = recordingProvider(model, { cassette: folder.file() });
  const asked = answerTo(one, 'a');
  await one.close();
  await using other = recordingProvider(scriptedProvider([say('other')]), { cassette: folder.file() });
  await answerTo(other, 'a');
  late.open();
  expect(await asked).toBe('late');
  expect(folder.read()).toContain('other');
  expect(folder.read()).not.toContain('late');
});

test('close rejects with an error that a tool swallowed', async () => {
  using folder = new Folder();
  const provider = recordingProvider(scriptedProvider([callTool('ask'), say('1'), say('2')]), {
    cassette: folder.file(),
  });
  const swarm = new Swarm({ provider });
  const agent = new Agent({
    functions: [
      async function ask() {
        const twice = [1, 2].map(() => swarm.run({ agent: new Agent(), messages: [user('same')] }));
        await Promise.allSettled(twice);
        return 'asked';
      },
    ],
  });
  await swarm.run({ agent, messages: [user('q')] }).catch(() => {});
  await expect(provider.close()).rejects.toThrow(CassetteAmbiguityError);
});

test('the end of a block does not hide the error that ended it', async () => {
  using folder = new Folder();
  const failure = new Error('no answer');
  const block = async () => {
    await using provider = recordingProvider(
      answeredBy(() => Promise.reject(failure)),
      {
        cassette: folder.write({ format: 'swarmcheck-cassette' }),
      },
    );
    await answerTo(provider, 'a');
  };
  expect(await rejection(block())).toBe(failure);
});

test('a file that is not a cassette is not overwritten', async () => {
  using folder = new Folder();
  const other = folder.write({ name: 'my-app' }, 'package.json');
  const before = folder.read('package.json');
  let asked = 0;
  const provider = recordingProvider(
    answeredBy(() => {
      asked++;
      return saying('1');
    }),
    { cassette: other },
  );
  const error = await rejection(answerTo(provider, 'a'));
  expect(error).toMatchObject({ name: 'CassetteFileError', problem: 'foreign' });
  expect(folder.read('package.json')).toBe(before);
  expect(asked).toBe(0);
  expect(existsSync(`${other}.tmp`)).toBe(false);
});

test('a damaged cassette may be recorded again', async () => {
  using folder = new Folder();
  const cassette = folder.write('{ "format": "swarmcheck-cassette", "version"');
  await using provider = recordingProvider(scriptedProvider([say('1')]), { cassette });
  await answerTo(provider, 'a');
  expect(await answerTo(replayProvider(cassette), 'a')).toBe('1');
});

test('the answers that another recording wrote meanwhile are kept', async () => {
  using folder = new Folder();
  const provider = (answer: string) =>
    cassetteProvider(scriptedProvider([say(answer)]), { cassette: folder.file(), mode: 'missing' });
  const [one, other] = [provider('1'), provider('2')];
  await answerTo(one, 'a');
  await one.close();
  const error = await rejection(answerTo(other, 'b'));
  expect(error).toMatchObject({ name: 'CassetteFileError', problem: 'changed' });
  // No recording holds the file any more.
  const third = provider('3');
  expect(await answerTo(third, 'c', { conversation: 'third' })).toBe('3');
  await third.close();
  expect(folder.json().lanes).toHaveLength(2);
});

test('errors alone do not replace what another recording wrote meanwhile', async () => {
  using folder = new Folder();
  const fails = recordingProvider(
    answeredBy(() => Promise.reject(new Error('no'))),
    { cassette: folder.file() },
  );
  const works = recordingProvider(scriptedProvider([say('1')]), { cassette: folder.file() });
  await answerTo(works, 'a');
  await works.close();
  await rejection(answerTo(fails, 'a'));
  await expect(fails.close()).rejects.toMatchObject({ problem: 'only-errors' });
  expect(await answerTo(replayProvider(folder.file()), 'a')).toBe('1');
});

test('a newer cassette is not overwritten', async () => {
  using folder = new Folder();
  const cassette = folder.write({ format: 'swarmcheck-cassette', version: 2 });
  const provider = recordingProvider(scriptedProvider([say('1')]), { cassette });
  await expect(answerTo(provider, 'a')).rejects.toMatchObject({ problem: 'newer' });
  expect(folder.json()).toEqual({ format: 'swarmcheck-cassette', version: 2 });
});

test('a link and its target are one file, and a recording keeps the link', async () => {
  using folder = new Folder();
  const cassette = folder.write('', 'real.json');
  symlinkSync(cassette, folder.file('link.json'));
  await using first = recordingProvider(scriptedProvider([say('1')]), { cassette });
  await answerTo(first, 'a');
  const second = recordingProvider(scriptedProvider([say('2')]), { cassette: folder.file('link.json') });
  await expect(answerTo(second, 'a')).rejects.toMatchObject({ problem: 'taken', pid: process.pid });
  await first.close();
  {
    await using third = recordingProvider(scriptedProvider([say('2')]), {
      cassette: folder.file('link.json'),
    });
    await answerTo(third, 'a');
  }
  expect(lstatSync(folder.file('link.json')).isSymbolicLink()).toBe(true);
  expect(folder.read('real.json')).toContain('"content": "2"');
});
