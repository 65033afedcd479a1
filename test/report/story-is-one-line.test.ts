import { expect, test } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, modelFails, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { storyOf } from '../../src/report/scenario-line.ts';
import { story, triage } from './tell.ts';

test('nothing at all is still a word', async () => {
  const agent = () => {
    throw new Error('no database');
  };
  expect(await story([say('Hello.')], { agent })).not.toBe('');
});

test('an answer without a text is still a word', async () => {
  expect(await story([say('')])).not.toMatch(/: {2}|: \(/);
});

test('an answer that never came leaves no gap', async () => {
  const scenario: Scenario = {
    agent: triage,
    timeoutMs: 200,
    steps: [user('hi'), callTool('note'), modelFails({ kind: 'no-answer' })],
  };
  expect(storyOf(await runScenario(scenario))).not.toMatch(/, {1,2}\(|: {2}/);
});

test('a variable that is deleted is not told to be set', async () => {
  expect(await story([callTool('forget'), say('ok')], { contextVariables: { ticket: 5 } })).not.toMatch(
    'sets ticket',
  );
});

test('it is one line, with long texts cut', async () => {
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

test('a result that looks like a handoff, and is none, is a result', async () => {
  const agent = new Agent({
    name: 'Desk',
    functions: [tool({ name: 'look_up', execute: () => ({ assistant: 'Nobody' }) })],
  });
  expect(await story([callTool('look_up'), say('ok')], { agent })).toMatch(
    'look_up() ⇒ {"assistant":"Nobody"}',
  );
});
