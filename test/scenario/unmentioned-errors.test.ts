/** Which expectations mention errors of tools. */
import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { callTool, runScenario, say, user, type Scenario } from 'swarmcheck/testing';
import { unmentionedErrorWarning } from '../../src/scenario/unmentioned-errors.ts';

const agent = new Agent({
  functions: [
    function price() {
      throw new Error('closed');
    },
  ],
});
const scenario: Scenario = { agent, steps: [user('hi'), callTool('price'), say('Sorry.')] };

/** The warning about the run of a scenario with these expectations. */
async function warningWith(expectations: object): Promise<string | undefined> {
  const { trace } = await runScenario(scenario);
  return unmentionedErrorWarning({ ...scenario, expect: expectations }, trace);
}

test.for<[object]>([
  [{ toolErrors: [{ tool: 'price' }] }],
  [{ toolErrors: 'none' }],
  [{ recovered: {} }],
  [{ finalMessage: 'Error: Tool price failed: closed' }],
  [{ toolResults: [{ tool: 'price', contentContains: 'closed' }] }],
])('%j mentions the error', async ([expectations]) => {
  expect(await warningWith(expectations)).toBeUndefined();
});

test.for<[object]>([
  [{}],
  [{ toolCalls: ['price'], stopReason: 'completed', finalMessage: 'Sorry.' }],
  [{ toolResults: [{ tool: 'order', content: '' }] }],
])('%j does not mention the error', async ([expectations]) => {
  expect(await warningWith(expectations)).toBe(
    'The tool "price" threw, and nothing in this test mentions it. Mend the tool, or expect the error: with expect.toolErrors, expect.recovered or a check.',
  );
});
