import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { storyOf } from '../../src/report/scenario-line.ts';
import { onFakeClock } from '../support/waiting.ts';
import { story, triage } from './tell.ts';

// Loads everything that is imported on first use: the fake clock would not wait for an import.
await story([callTool('look_up', { q: 'a' }), modelFails({ kind: 'reset' })]);

test('if the agent factory throws, the story says that nothing happened', async () => {
  const agent = () => {
    throw new Error('no database');
  };
  expect(await story([say('Hello.')], { agent })).toMatchInlineSnapshot(`"(nothing happened)"`);
});

test('an empty answer is shown as "says nothing"', async () => {
  expect(await story([say('')])).toMatchInlineSnapshot(`"Triage: says nothing (completed, 1 turn)"`);
});

test('an answer that never arrives is left out', async () => {
  const scenario: Scenario = {
    agent: triage,
    timeoutMs: 200,
    steps: [user('hi'), callTool('note'), modelFails({ kind: 'no-answer' })],
  };
  expect(storyOf(await onFakeClock(() => runScenario(scenario)))).toMatchInlineSnapshot(
    `"Triage: note() (aborted, 2 turns)"`,
  );
});

test('a deleted variable is shown as deleted, not as set', async () => {
  expect(
    await story([callTool('forget'), say('ok')], { contextVariables: { ticket: 5 } }),
  ).toMatchInlineSnapshot(`"Triage: forget() [deletes ticket], says “ok” (completed, 2 turns)"`);
});

test('the story is one line, and long texts are cut', async () => {
  const line = await story([
    callTool('look_up', { q: 'x\n'.repeat(200) }),
    say('line one\nline two\t'.repeat(50)),
  ]);
  expect(line).not.toMatch(/[\n\t]/);
  expect(line.length).toBeLessThan(300);
  expect(line).toMatch('…');
});

test('texts are not cut in the middle of a character', async () => {
  const line = await story([say(`a${'😀'.repeat(60)}`), user('x'), say('😀'.repeat(60))]);
  expect(line).not.toMatch(/\p{Surrogate}/u);
});

test('a result that looks like a handoff is shown as a result', async () => {
  const agent = new Agent({
    name: 'Desk',
    functions: [tool({ name: 'look_up', execute: () => ({ assistant: 'Nobody' }) })],
  });
  expect(await story([callTool('look_up'), say('ok')], { agent })).toMatch(
    'look_up() ⇒ {"assistant":"Nobody"}',
  );
});
