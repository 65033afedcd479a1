import { beforeAll, expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { ScriptMistakeError } from 'swarmcheck/testing';
import { scenarioTest } from 'swarmcheck/vitest';
import { deskSource } from '../support/agents.ts';
import { runAndReadVitest, type TestOutcome } from '../support/run-vitest.ts';

const source = `
import { expect } from 'vitest';
import { Agent, tool } from 'swarmcheck';
import { callTool, defineScenario, modelFails, say, user } from 'swarmcheck/testing';
import { scenarioTest } from 'swarmcheck/vitest';

${deskSource}
const steps = [user('hi'), callTool('look_up'), say('hello')];

scenarioTest(defineScenario({ name: 'passes', agent, steps, expect: { toolCalls: ['look_up'], stopReason: 'completed' } }));
scenarioTest(defineScenario({ name: 'fails', agent, steps, expect: { toolCalls: [], finalMessage: 'goodbye' } }));
scenarioTest(defineScenario({ name: 'is rejected', agent, steps: [user('hi'), modelFails({ kind: 'status', status: 429 })] }));
scenarioTest(defineScenario({ name: 'fails its check', agent, steps, check: ({ trace }) => expect(trace.agents).toEqual(['Sales']) }));
scenarioTest(defineScenario({ name: 'is rejected as expected', agent, steps: [user('hi'), modelFails({ kind: 'reset' })], expect: { error: { name: 'APIConnectionError' } } }));

scenarioTest(defineScenario({ name: 'does not fit', agent, steps: [user('hi'), callTool('ghost')] }));

let count = 0;
const counting = () => new Agent({ functions: [tool({ name: 'count', execute: () => String(++count) })] });
scenarioTest(defineScenario({ name: 'is another each time', agent: counting, steps: [user('hi'), callTool('count'), say('hello')] }));
`;

let outcomes: Map<string, TestOutcome>;
let printed: string;

beforeAll(async () => {
  ({ outcomes, printed } = await runAndReadVitest(source));
}, 60_000);

/** The status of each test of one scenario, by the end of its name. */
function statusesOf(name: string): Record<string, string> {
  const entries = [...outcomes].filter(
    ([fullName]) =>
      fullName.startsWith(`${name} `) && fullName.split(' ').length <= name.split(' ').length + 5,
  );
  return Object.fromEntries(
    entries.map(([fullName, { status }]) => [fullName.slice(name.length + 1), status]),
  );
}

function failuresOf(fullName: string): string[] {
  return outcomes.get(fullName)?.failures ?? [];
}

test('a scenario is one test for each play mode, and one that compares the hashes', () => {
  expect(statusesOf('passes')).toEqual({
    'in process, unstreamed': 'passed',
    'in process, streamed': 'passed',
    'over HTTP, unstreamed': 'passed',
    'over HTTP, streamed': 'passed',
    'every mode leaves one trace': 'passed',
  });
});

test('a scenario that fails does so in each play mode, with every expectation that failed', () => {
  expect(statusesOf('fails')).toMatchObject({
    'in process, unstreamed': 'failed',
    'in process, streamed': 'failed',
    'over HTTP, unstreamed': 'failed',
    'over HTTP, streamed': 'failed',
    'every mode leaves one trace': 'passed',
  });
  for (const mode of ['in process, unstreamed', 'over HTTP, streamed']) {
    const [failure, ...others] = failuresOf(`fails ${mode}`);
    expect(others).toEqual([]);
    expect(failure).toMatch('+ look_up(), which was not expected');
    expect(failure).toMatch('Expected the final message to contain "goodbye", but it is "hello".');
  }
});

test('a scenario whose run is rejected fails with the error', () => {
  expect(failuresOf('is rejected in process, unstreamed')).toEqual([
    expect.stringContaining('The run was rejected: RateLimitError: 429'),
  ]);
});

test('the error of a script that does not fit is printed once, not again as a cause', () => {
  expect(failuresOf('does not fit over HTTP, streamed')).toEqual([
    expect.stringContaining('ScriptMistakeError: Step 2 (steps[1]) calls the tool "ghost"'),
  ]);
  // Only the matcher that compares the modes has it as a cause. Its message does not repeat it.
  expect(printed.split('Caused by: ScriptMistakeError')).toHaveLength(2);
});

test('a scenario whose run is rejected as expected passes', () => {
  expect(statusesOf('is rejected as expected')).toEqual({
    'in process, unstreamed': 'passed',
    'in process, streamed': 'passed',
    'over HTTP, unstreamed': 'passed',
    'over HTTP, streamed': 'passed',
    'every mode leaves one trace': 'passed',
  });
});

test('a check that fails is reported with its message', () => {
  expect(failuresOf('fails its check over HTTP, streamed')[0]).toMatch(
    "expected [ 'Desk' ] to deeply equal [ 'Sales' ]",
  );
});

test('a scenario that differs each time fails the comparison of hashes', () => {
  expect(statusesOf('is another each time')).toEqual({
    'in process, unstreamed': 'passed',
    'in process, streamed': 'passed',
    'over HTTP, unstreamed': 'passed',
    'over HTTP, streamed': 'passed',
    'every mode leaves one trace': 'failed',
  });
  expect(failuresOf('is another each time every mode leaves one trace')[0]).toMatch(
    'The traces differ at event 3 (tool-result, run 1, turn 1), in content',
  );
});

test('a malformed scenario fails at once', () => {
  expect(() => scenarioTest({ name: 'x', agent: new Agent(), steps: [{}] })).toThrow(ScriptMistakeError);
});

test('a scenario without a name fails at once', () => {
  const scenario = { agent: new Agent(), steps: [] } as unknown as Parameters<typeof scenarioTest>[0];
  expect(() => scenarioTest(scenario)).toThrow(/name/);
});
