/** A secret has the same name throughout a conversation, whatever the secret is today, and a replay restores it. */
import { expect, test } from 'vitest';
import { Agent, Swarm, tool, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  modelFails,
  recordingProvider,
  replayProvider,
  say,
  scriptedProvider,
  type Step,
} from 'swarmcheck/testing';
import { readAll } from '../../support/completions.ts';
import { Folder } from '../folder.ts';
import { asking, record, Talk, user } from '../replay/tapes.ts';
import { leaksIn } from './leaks.ts';

interface Person {
  mail: string;
  password: string;
}
const ann: Person = { mail: 'ann@example.com', password: 'correct horse' };
const bob: Person = { mail: 'bob.builder@example.org', password: 'quite another one' };

/** Logs in with a tool; returns the messages of the run and the arguments of the tool. */
async function logIn(provider: CompletionProvider, { mail, password }: Person, stream = false) {
  const seen: unknown[] = [];
  const agent = new Agent({
    instructions: `Help ${mail}.`,
    functions: [
      tool({
        name: 'log_in',
        parameters: { type: 'object', additionalProperties: true },
        execute: (args, { contextVariables }) => {
          seen.push(args);
          contextVariables['session'] = { mail, password };
          return { welcome: mail, args };
        },
      }),
    ],
  });
  const messages = [user(JSON.stringify({ mail, password }))];
  const swarm = new Swarm({ provider });
  const said: object[] = [];
  if (stream) {
    for await (const event of swarm.run({ agent, messages, stream }))
      if ('response' in event) said.push(...event.response.messages);
  } else said.push(...(await swarm.run({ agent, messages })).messages);
  return { said, seen };
}

const stepsFor = ({ mail, password }: Person): Step[] => [
  callTool('log_in', { user: mail, password, note: JSON.stringify({ password }) }),
  say(`Welcome, ${mail}!\nYour password is "${password}".`),
];

const ways = [false, true].flatMap((recorded) => [false, true].map((replayed) => ({ recorded, replayed })));

test.for(ways)(
  'a replay has the secrets of today: recorded with stream $recorded, replayed with stream $replayed',
  async (streams) => {
    using folder = new Folder();
    const first = await record(folder.file(), stepsFor(ann), (provider) =>
      logIn(provider, ann, streams.recorded),
    );
    expect(leaksIn(folder, Object.values(ann))).toEqual([]);
    for (const person of [ann, bob]) {
      using provider = replayProvider(folder.file());
      const again = await logIn(provider, person, streams.replayed);
      expect(provider.summary).toEqual({ served: 2, exact: 2, drifted: 0, unused: 0 });
      const now = JSON.stringify(first)
        .replaceAll(ann.mail, person.mail)
        .replaceAll(ann.password, person.password);
      expect(JSON.stringify(again)).toBe(now);
    }
  },
);

test('a secret has one name in instructions, messages, arguments, results, context and answer', async () => {
  using folder = new Folder();
  await record(folder.file(), stepsFor(ann), (provider) => logIn(provider, ann));
  const names = new Set(folder.read().match(/\[[a-z-]+-\d+\]|email-\d+@redacted\.invalid/g));
  expect([...names].toSorted()).toEqual(['[secret-2]', 'email-1@redacted.invalid']);
});

test('different secrets have different names, whether or not they are of one kind', async () => {
  using folder = new Folder();
  const keys = ['a', 'b'].map((letter) => ['sk', letter.repeat(30)].join('-'));
  const texts = [
    `${keys[0]} ${keys[1]} ${keys[0]}`,
    'a@x.com, b@x.com, then a@x.com',
    `${keys[1]} of b@x.com`,
  ];
  await record(folder.file(), [say('1'), say('2'), say('3')], async (provider) => {
    const talk = new Talk(provider);
    for (const text of texts) await talk.ask(text);
  });
  const said = folder.json().lanes[0]!.interactions.map(({ request }) => request.new!.at(-1)!.content);
  expect(said).toEqual([
    '[api-key-1] [api-key-2] [api-key-1]',
    'email-3@redacted.invalid, email-4@redacted.invalid, then email-3@redacted.invalid',
    '[api-key-2] of email-4@redacted.invalid',
  ]);
});

test('two secrets that are equal now are reported as drift', async () => {
  using folder = new Folder();
  const talk = (left: string, right: string) => async (provider: CompletionProvider) =>
    await new Talk(provider).ask(`From ${left} to ${right}.`);
  await record(folder.file(), [say('ok')], talk('a@x.com', 'b@x.com'));
  const provider = replayProvider(folder.file());
  const diff =
    '-user: From email-1@redacted.invalid to email-2@redacted.invalid.\n+user: From email-1@redacted.invalid to email-1@redacted.invalid.';
  await expect(talk('c@x.com', 'c@x.com')(provider)).rejects.toMatchObject({ drift: [{ diff }] });
});

test('a secret that only the model said is replayed as its name', async () => {
  using folder = new Folder();
  const found: unknown[] = [];
  const agent = new Agent({
    functions: [
      tool({
        name: 'write_to',
        parameters: { type: 'object', additionalProperties: true },
        execute: ({ mail }) => {
          found.push(mail);
          return `sent to ${String(mail)} and carl@example.com`;
        },
      }),
    ],
  });
  const run = async (provider: CompletionProvider) =>
    await new Swarm({ provider }).run({ agent, messages: [user('Write to him.')] });
  const steps = [callTool('write_to', { mail: ann.mail }), say(`Told ${ann.mail}, and carl@example.com.`)];
  await record(folder.file(), steps, run);
  using provider = replayProvider(folder.file());
  const { messages } = await run(provider);
  expect(provider.summary).toMatchObject({ served: 2, exact: 2 });
  expect(found).toEqual([ann.mail, 'email-1@redacted.invalid']);
  expect(messages.at(-1)?.content).toBe('Told email-1@redacted.invalid, and carl@example.com.');
});

test('a secret keeps its recorded name even if an earlier secret is missing in the replay', async () => {
  using folder = new Folder();
  const busy = modelFails({ kind: 'status', status: 429, body: { error: { message: `Ask ${ann.mail}.` } } });
  const play = async (provider: CompletionProvider) => {
    const talk = new Talk(provider);
    await talk.ask('Hi.').catch(() => talk.messages.pop());
    await talk.ask('Hi.');
    return await talk.ask(`It is ${bob.mail}.`);
  };
  await record(folder.file(), [busy, say('Hi.'), say(`Hello, ${bob.mail}.`)], play);
  using provider = replayProvider(folder.file());
  expect(await play(provider)).toBe(`Hello, ${bob.mail}.`);
  expect(provider.summary).toMatchObject({ exact: 3 });
});

test('a text that looks like a name is kept, and no secret gets that name', async () => {
  using folder = new Folder();
  const text = 'Is [secret-1] the password? {} password=hunter22';
  const play = async (provider: CompletionProvider) => await new Talk(provider).ask(text);
  await record(folder.file(), [say('[secret-1] is not hunter22.')], play);
  expect(folder.json().lanes[0]!.interactions[0]!.completion.choices[0].message.content).toBe(
    '[secret-1] is not [secret-2].',
  );
  using provider = replayProvider(folder.file());
  expect(await play(provider)).toBe('[secret-1] is not hunter22.');
});

test('a replayed stream has as many chunks as the recorded one, with the secrets of today', async () => {
  using folder = new Folder();
  const text = `I wrote to ${ann.mail} just now.`;
  const ask = async (provider: CompletionProvider, { mail }: Person) => {
    const chunks = await readAll(provider.stream(asking(user(`Write to ${mail}.`))));
    return chunks.map(({ choices }) => choices[0]?.delta.content ?? '');
  };
  using live = scriptedProvider([say(text)]);
  let pieces: string[];
  {
    await using provider = recordingProvider(live, { cassette: folder.file() });
    pieces = await ask(provider, ann);
  }
  using same = replayProvider(folder.file());
  expect((await ask(same, ann)).join('')).toBe(text);
  using other = replayProvider(folder.file());
  const now = await ask(other, bob);
  expect(now).toHaveLength(pieces.length);
  expect(now.join('')).toBe(text.replace(ann.mail, bob.mail));
});
