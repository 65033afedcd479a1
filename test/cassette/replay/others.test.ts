/**
 * One conversation does not answer for another, and a mismatch belongs to its own conversation. Also small
 * differences that are drift.
 */
import { expect, test } from 'vitest';
import { Agent, Swarm, type CompletionProvider, type CompletionRequest } from 'swarmcheck';
import {
  callTool,
  cassetteProvider,
  CassetteMissError,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
  type CassetteMismatchError,
} from 'swarmcheck/testing';
import { rejection, thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { answerTo, asking, record, Talk, user } from './tapes.ts';

/** Records one conversation of two questions. */
async function recordedTalk(folder: Folder): Promise<void> {
  await record(folder.file(), [say('1'), say('2')], async (provider) => {
    const talk = new Talk(provider);
    await talk.ask('a');
    await talk.ask('b');
  });
}

test.for(['error', 'warn', 'ignore'] as const)(
  'a conversation under way does not answer an unrelated request (%s)',
  async (onMismatch) => {
    using folder = new Folder();
    await recordedTalk(folder);
    const provider = replayProvider(folder.file(), { onMismatch });
    const talk = new Talk(provider);
    await talk.ask('a');
    await expect(answerTo(provider, 'something else')).rejects.toThrow(CassetteMissError);
    expect(await talk.ask('b')).toBe('2');
  },
);

test('an unrelated request is recorded beside a conversation under way', async () => {
  using folder = new Folder();
  await recordedTalk(folder);
  await using provider = cassetteProvider(scriptedProvider([say('new')]), {
    cassette: folder.file(),
    mode: 'missing',
  });
  const talk = new Talk(provider);
  await talk.ask('a');
  expect(await answerTo(provider, 'something else')).toBe('new');
  expect(await talk.ask('b')).toBe('2');
});

test('a mismatch shows the drift of its own conversation', async () => {
  using folder = new Folder();
  const names = ['ann', 'bob'];
  await record(folder.file(), [say('1'), say('2')], async (provider) => {
    for (const conversation of names) await answerTo(provider, 'a', { conversation });
  });
  const provider = replayProvider(folder.file());
  const changed = { ann: { model: 'other' }, bob: { temperature: 3 } };
  const drifts = [];
  for (const conversation of ['ann', 'bob'] as const) {
    const request = { ...asking(user('a')), ...changed[conversation] };
    const error = await rejection(provider.complete(request, { conversation }));
    const { conversation: told, drift } = error as CassetteMismatchError;
    drifts.push([told, drift[0]?.part]);
  }
  expect(drifts).toEqual([
    ['ann', 'model'],
    ['bob', 'parameters'],
  ]);
});

const counting = (status: { now: string }) =>
  new Agent({
    functions: [
      function look() {
        return status.now;
      },
    ],
  });

async function lookFor(provider: CompletionProvider, agent: Agent, conversation: string, maxTurns = 1) {
  const swarm = new Swarm({ provider });
  return await swarm.run({ agent, messages: [user('q')], conversation, maxTurns });
}

test('a changed result of a verified tool is not reported in another conversation', async () => {
  using folder = new Folder();
  const status = { now: 'open' };
  await record(folder.file(), [callTool('look'), say('1')], async (provider) => {
    await lookFor(provider, counting(status), 'ann');
    await answerTo(provider, 'a', { conversation: 'bob' });
  });
  status.now = 'closed';
  const provider = replayProvider(folder.file());
  await lookFor(provider, replayTools(counting(status), folder.file(), 'verify'), 'ann');
  expect(await answerTo(provider, 'a', { conversation: 'bob' })).toBe('1');
  expect(thrown(() => provider.assertComplete())).toMatchObject({
    drift: [{ part: 'history', name: 'look' }],
  });
});

test('a tool that no longer runs in the last turn is reported', async () => {
  using folder = new Folder();
  const agent = counting({ now: 'open' });
  await record(folder.file(), [callTool('look')], (provider) => lookFor(provider, agent, 'ann'));
  const provider = replayProvider(folder.file());
  const swarm = new Swarm({ provider });
  await swarm.run({ agent, messages: [user('q')], conversation: 'ann', executeTools: false });
  const error = thrown(() => provider.assertComplete()) as CassetteMismatchError;
  expect(error.drift).toEqual([{ part: 'history', name: 'look', at: 3, diff: '-open\n+(no result)' }]);
});

test('drift that is found at the end is counted once, however often assertComplete is called', async () => {
  using folder = new Folder();
  const status = { now: 'open' };
  await record(folder.file(), [callTool('look')], (provider) => lookFor(provider, counting(status), 'ann'));
  status.now = 'closed';
  const provider = replayProvider(folder.file(), { onMismatch: 'ignore' });
  await lookFor(provider, counting(status), 'ann');
  for (let count = 0; count < 3; count++) provider.assertComplete();
  expect(provider.summary.drifted).toBe(1);
});

const long = (digits: string) => asking(user(`{"id":${digits}}`));
const shell = (input: string): CompletionRequest =>
  asking(
    user('q'),
    { role: 'assistant', tool_calls: [{ id: 'c', type: 'custom', custom: { name: 'shell', input } }] },
    { role: 'tool', tool_call_id: 'c', content: 'done' },
  );

test.for<[string, CompletionRequest, CompletionRequest]>([
  ['the last digits of a long number', long('1234567890123456789'), long('1234567890123456700')],
  ['the input of a custom tool', shell('ls'), shell('rm -rf /')],
])('this difference is drift: %s', async ([, recorded, now]) => {
  using folder = new Folder();
  await record(folder.file(), [say('1')], (provider) => provider.complete(recorded));
  const error = await rejection(replayProvider(folder.file()).complete(now));
  expect(error.name).toBe('CassetteMismatchError');
  expect((error as CassetteMismatchError).drift[0]?.diff).toMatch(/^-/m);
  await expect(replayProvider(folder.file()).complete(recorded)).resolves.toMatchObject({
    choices: [{ message: { content: '1' } }],
  });
});

test('the interaction of a mismatch does not count as unused', async () => {
  using folder = new Folder();
  await recordedTalk(folder);
  const provider = replayProvider(folder.file());
  await rejection(answerTo(provider, 'A'));
  expect(provider.summary).toEqual({ served: 0, exact: 0, drifted: 1, unused: 1 });
});

test('a stream with recorded timing leaves no listener on its signal', async () => {
  using folder = new Folder();
  const play = async (provider: CompletionProvider, signal?: AbortSignal) => {
    let count = 0;
    for await (const piece of provider.stream(asking(user('a')), { signal })) if (piece) count++;
    return count;
  };
  await record(folder.file(), [say('one two three four')], play);
  // All times become 0, so that the replay does not wait.
  folder.change(({ lanes }) => {
    const [interaction] = lanes[0]!.interactions;
    interaction!.ms = 0;
    for (const part of interaction!.stream!.parts)
      part.ms = Array.isArray(part.ms) ? part.ms.map(() => 0) : 0;
  });
  const { signal } = new AbortController();
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  Object.assign(signal, {
    addEventListener: (...args: Parameters<typeof add>) => (listeners++, add(...args)),
    removeEventListener: (...args: Parameters<typeof remove>) => (listeners--, remove(...args)),
  });
  expect(await play(replayProvider(folder.file(), { timing: 'recorded' }), signal)).toBeGreaterThan(2);
  expect(listeners).toBe(0);
});
