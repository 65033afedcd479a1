import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { runScenario, say, scriptedProvider, user, type ModelStep } from 'swarmcheck/testing';
import { ServedConversations } from '../../src/wire/conversations.ts';
import { playIn, ways } from '../support/ways.ts';

/** An answer that counts how often its text is read. */
function countedStep(): { step: ModelStep; reads: () => number } {
  let reads = 0;
  const step: ModelStep = {
    get say() {
      reads++;
      return 'hello';
    },
  };
  return { step, reads: () => reads };
}

// The validator reads a step once, and the copy that is played reads it once.
const validatedAndCopied = 2;

test.for(ways)('a play validates each step once, $name', async (way) => {
  const { step, reads } = countedStep();
  const run = await playIn(way, { agent: new Agent(), steps: [user('hi'), step] });
  expect(run.response?.messages.at(-1)?.content).toBe('hello');
  expect(reads()).toBe(validatedAndCopied);
});

test('a play validates each step once if another provider answers', async () => {
  const { step, reads } = countedStep();
  const provider = scriptedProvider([say('goodbye')]);
  const run = await runScenario({ agent: new Agent(), steps: [user('hi'), step] }, { provider });
  expect(run.response?.messages.at(-1)?.content).toBe('goodbye');
  expect(reads()).toBe(validatedAndCopied);
});

test('a second play validates the steps again, because they may have changed', async () => {
  const { step, reads } = countedStep();
  const scenario = { agent: new Agent(), steps: [user('hi'), step] };
  await runScenario(scenario);
  await runScenario(scenario);
  expect(reads()).toBe(2 * validatedAndCopied);
});

test('a scripted provider validates each step once', () => {
  const { step, reads } = countedStep();
  scriptedProvider([step]);
  expect(reads()).toBe(validatedAndCopied);
});

test('served conversations share one validation, and each plays a copy', async () => {
  const { step, reads } = countedStep();
  const conversations = new ServedConversations([step], undefined);
  const afterValidation = reads();
  for (const name of ['ann', 'bob']) {
    const headers = { 'x-swarmcheck-conversation': name };
    const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
    await conversations.choose(
      new Request('http://localhost/v1/chat/completions', { method: 'POST', headers, body }),
    );
  }
  expect(conversations.all.map(({ name }) => name)).toEqual(['ann', 'bob']);
  expect([afterValidation, reads()]).toEqual([1, 3]);
});
