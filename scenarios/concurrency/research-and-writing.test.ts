import { Agent, Swarm, type CompletionProvider } from 'swarmcheck';
import { callTool, say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

/** A clock that stands still until it is advanced, so that slow tools take no real time. */
class Clock {
  now = 0;
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ at: this.now + ms, wake }));
  }

  /** Runs these promises to completion; advances the time whenever all of them sleep. */
  async run(works: readonly Promise<unknown>[]): Promise<void> {
    const left = new Set(works);
    for (const work of works) void work.finally(() => left.delete(work)).catch(() => {});
    while (left.size > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      if (left.size === 0 || this.#sleepers.length < left.size) continue;
      this.#sleepers.sort((left, right) => left.at - right.at);
      const next = this.#sleepers.shift()!;
      this.now = next.at;
      next.wake();
    }
  }
}

/** An agent with one tool that takes this long. */
function worker(name: string, task: string, clock: Clock, ms: number) {
  const work = { [task]: () => clock.sleep(ms).then(() => `${task} is done`) }[task]!;
  return new Agent({ name, functions: [work] });
}

const ask = (provider: CompletionProvider, agent: Agent) =>
  new Swarm({ provider }).run({ agent, messages: [{ role: 'user', content: 'Bees, please.' }] });

test('a research agent and a writing agent in parallel take the time of the longer one', async ({
  script,
}) => {
  const clock = new Clock();
  const finished: string[] = [];
  const research = ask(
    script([callTool('research'), callTool('research'), say('Bees dance.')]),
    worker('Researcher', 'research', clock, 150),
  ).finally(() => finished.push(`Researcher at ${clock.now}`));
  const writing = ask(
    script([callTool('write'), say('An article.')]),
    worker('Writer', 'write', clock, 200),
  ).finally(() => finished.push(`Writer at ${clock.now}`));
  await clock.run([research, writing]);

  const answers = (await Promise.all([writing, research])).map(({ messages }) => messages.at(-1)?.content);
  expect(answers).toEqual(['An article.', 'Bees dance.']);
  // The research takes 2 x 150; in sequence both would take 500.
  expect(finished).toEqual(['Writer at 200', 'Researcher at 300']);
});

test('in sequence they take the time of both', async ({ script }) => {
  const clock = new Clock();
  const inTurn = async () => {
    await ask(
      script([callTool('research'), say('Bees dance.')]),
      worker('Researcher', 'research', clock, 300),
    );
    await ask(script([callTool('write'), say('An article.')]), worker('Writer', 'write', clock, 200));
  };
  const done = inTurn();
  await clock.run([done]);

  await done;
  expect(clock.now).toBe(500);
});
