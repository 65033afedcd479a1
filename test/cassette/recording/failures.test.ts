/** What goes wrong in a recording itself: told to whoever asked, and nothing half is kept. */
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Agent, Swarm } from 'swarmcheck';
import {
  callTool,
  CassetteAmbiguityError,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { answeredBy, chunk, saying } from '../../engine/support.ts';
import { rejection } from '../../script/ask.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, gate, user } from '../replay/tapes.ts';

/** Knows of a text that it cannot bear. */
const failing = (word: string) => (text: string) => {
  if (text.includes(word)) throw new Error('the mistake of the hook');
  return text;
};

test.for(['answer 2', 'broken'])('a redact that throws is told, and not recorded (%s)', async (word) => {
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
  // The file is free again.
  await using next = recordingProvider(scriptedProvider([say('next')]), { cassette: folder.file() });
  expect(await answerTo(next, 'a')).toBe('next');
});

test('a redact that throws at the last result leaves the file free, and the error told', async () => {
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

test('the live stream is ended, whatever the recorder does', async () => {
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

test('a recording that is closed writes no more, whatever comes', async () => {
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

test('close tells what a tool swallowed', async () => {
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

test('the end of a block does not hide the error that left it', async () => {
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

test('a file that is no cassette is not written over', async () => {
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
  expect(error).toMatchObject({ name: 'CassetteFileError' });
  expect(error.message).toContain('This is no cassette, and recording would overwrite it.');
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
