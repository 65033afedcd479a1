/** Fifty conversations in one cassette, recorded at once, and replayed in another order. */
import { expect, test } from 'vitest';
import { Agent, Swarm, tool, type CompletionProvider, type Message } from 'swarmcheck';
import { cassetteProvider, recordingProvider, replayProvider, replayTools } from 'swarmcheck/testing';
import { textOf } from '../../../src/trace/format.ts';
import { answeredBy, asking, completion, saying } from '../../support/completions.ts';
import { bothWays, type Run, streamed, toolContents, unstreamed } from '../../support/runs.ts';
import { Folder } from '../folder.ts';
import { answerTo } from '../replay/tapes.ts';
import { gate } from '../../support/waiting.ts';
import { inPlainEnvironment } from './environment.ts';

inPlainEnvironment();

const count = 50;
const users = Array.from({ length: count }, (_, index) => `user ${index}`);

/** Lets other conversations go first, each a different number of times. */
async function yieldTurns(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await Promise.resolve();
}

/**
 * A model that calls a tool for each user, repeats the result, and then answers the next question. All answers
 * differ.
 */
function model(): CompletionProvider {
  return answeredBy(async ({ messages }, _options, request) => {
    await yieldTurns((request * 7) % 13);
    const last = messages.at(-1)!;
    const text = textOf(last.content);
    if (last.role === 'tool') return saying(`${text}, in answer ${request}`);
    if (text.endsWith('more')) return saying(`More for ${text}, in answer ${request}`);
    const args = JSON.stringify({ user: text });
    return completion(asking({ id: `call_${request}`, function: { name: 'greet', arguments: args } }));
  });
}

/** An agent that greets each user by name; `runs` counts the calls of its tool. */
function greeter(): { agent: Agent; runs: () => number } {
  let runs = 0;
  const greet = tool({
    name: 'greet',
    parameters: { type: 'object', properties: { user: { type: 'string' } }, required: ['user'] },
    execute: async ({ user }, { contextVariables }) => {
      runs++;
      await yieldTurns(runs % 5);
      contextVariables['greeted'] = user;
      return `Hello, ${user}`;
    },
  });
  return { agent: new Agent({ functions: [greet] }), runs: () => runs };
}

interface Told {
  messages: Message[];
  contextVariables: object;
}

/** The messages and context variables of each user, who asks twice. */
async function haveAll(
  provider: CompletionProvider,
  agent: Agent,
  run: Run,
  order: readonly string[],
): Promise<Map<string, Told>> {
  const told = await Promise.all(
    order.map(async (user): Promise<[string, Told]> => {
      let [messages, contextVariables]: [Message[], object] = [[], {}];
      for (const content of [user, `${user} more`]) {
        messages.push({ role: 'user', content });
        const response = await run({ provider, agent, messages, contextVariables });
        messages = [...messages, ...response.messages];
        ({ contextVariables } = response);
      }
      return [user, { messages, contextVariables }];
    }),
  );
  return new Map(told);
}

/** Every user at another place than before. */
const shuffled = users.map((_, index) => users[(index * 37 + 11) % count]!);

for (const [recorded, run] of bothWays) {
  for (const [replayed, again] of bothWays) {
    test(`each conversation gets its own answers: recorded ${recorded}, replayed ${replayed}`, async () => {
      using folder = new Folder();
      const first = await recordAll(folder, run);
      expect(folder.json().lanes).toHaveLength(count);
      using provider = replayProvider(folder.file());
      expect(await haveAll(provider, greeter().agent, again, shuffled)).toEqual(first);
      expect(provider.summary).toEqual({ served: 3 * count, exact: 3 * count, drifted: 0, unused: 0 });
    });
  }
}

async function recordAll(folder: Folder, run: Run): Promise<Map<string, Told>> {
  await using provider = recordingProvider(model(), { cassette: folder.file() });
  return await haveAll(provider, greeter().agent, run, users);
}

test('replayed tools give each conversation its own results', async () => {
  using folder = new Folder();
  const first = await recordAll(folder, unstreamed);
  const { agent, runs } = greeter();
  using provider = replayProvider(folder.file());
  const copy = replayTools(agent, folder.file(), 'replay');
  const second = await haveAll(provider, copy, streamed, shuffled);
  expect(second).toEqual(first);
  expect(toolContents(second.get('user 3')!)).toEqual(['Hello, user 3']);
  expect(runs()).toBe(0);
});

test('new conversations are recorded beside replayed ones', async () => {
  using folder = new Folder();
  const first = await recordAll(folder, unstreamed);
  const before = folder.json().lanes;
  const late = [...users.toReversed(), ...users.map((user) => `late ${user}`)];
  {
    await using provider = cassetteProvider(model(), { cassette: folder.file(), mode: 'missing' });
    const second = await haveAll(provider, greeter().agent, unstreamed, late);
    expect(second.get('user 7')).toEqual(first.get('user 7'));
  }
  const { lanes } = folder.json();
  expect(lanes).toHaveLength(2 * count);
  expect(lanes.slice(0, count)).toEqual(before);
});

/** A model that answers one user only after the gate is opened. */
const slowFor = (user: string, opened: Promise<void>): CompletionProvider =>
  answeredBy(async ({ messages }) => {
    const text = textOf(messages.at(-1)?.content);
    if (text === user) await opened;
    return saying(`to ${text}`);
  });

test('a slow model delays no other conversation while it is recorded, nor keeps it from the disk', async () => {
  using folder = new Folder();
  const { opened, open } = gate();
  await using provider = recordingProvider(slowFor('slow', opened), { cassette: folder.file() });
  const slow = answerTo(provider, 'slow');
  const quick = await Promise.all(users.slice(0, 5).map((user) => answerTo(provider, user)));
  expect(quick).toEqual(users.slice(0, 5).map((user) => `to ${user}`));
  expect(folder.json().lanes).toHaveLength(5);
  open();
  expect(await slow).toBe('to slow');
  await provider.close();
  expect(folder.json().lanes[0]?.interactions[0]?.request.new).toMatchObject([{ content: 'slow' }]);
});

test('a slow reader delays no other conversation while it is replayed', async () => {
  using folder = new Folder();
  await recordAll(folder, streamed);
  const provider = replayProvider(folder.file());
  const { agent } = greeter();
  const messages = [{ role: 'user' as const, content: 'user 0' }];
  const stream = new Swarm({ provider }).run({ agent, messages, stream: true })[Symbol.asyncIterator]();
  await stream.next();
  const others = await haveAll(provider, agent, streamed, users.slice(1));
  expect(others.size).toBe(count - 1);
  while (!(await stream.next()).done);
  expect(provider.summary).toMatchObject({ drifted: 0, unused: 1 });
});
