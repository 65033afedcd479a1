/** Agents with one bug each, and the smallest scripts that show it. */
import { Agent, Result, tool } from 'swarmcheck';
import { callTool, callTools, modelFails, say, user, type ScenarioRun, type Step } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { seeds, thoroughness } from '../../support/property.ts';
import { Failures, refunds, triage, verifiedFirst } from '../../property/check-agent/desk.ts';

/** A bug, and the smallest scripts that show it. */
interface Bug {
  agent: Agent;
  invariant: (run: ScenarioRun) => void | boolean;
  smallest: Step[][];
  runs?: number;
}

const parameters = {
  type: 'object',
  properties: { amount: { type: 'integer', minimum: 0, maximum: 5000 }, note: { type: 'string' } },
  required: ['amount'],
} as const;
const bank = new Agent({
  functions: [
    tool({ name: 'pay', parameters, execute: ({ amount }) => (Number(amount) > 100 ? 'too much' : 'paid') }),
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { q: { type: 'string' } } },
      execute: () => 'found',
    }),
  ],
});
const counter = new Agent({
  functions: [
    tool({
      name: 'count',
      execute: (_args, { contextVariables }) =>
        new Result({
          value: 'counted',
          contextVariables: { count: ((contextVariables['count'] as number) ?? 0) + 1 },
        }),
    }),
    function other() {
      return 'nothing';
    },
  ],
});

export const callBugs: Record<string, Bug> = {
  'two calls in one turn': {
    agent: refunds,
    invariant: verifiedFirst,
    smallest: [
      [
        user('hi'),
        callTools([callTool('verify_identity', { code: 0 }), callTool('issue_refund', { orderId: '' })]),
        say('ok'),
      ],
    ],
    runs: 2000,
  },
  'a call behind a handoff': {
    agent: triage,
    invariant: ({ trace }) =>
      trace.toolCalls.every(({ tool: name, error }) => name !== 'look_up' || error !== undefined),
    smallest: [
      [user('hi'), callTool('transfer_to_refunds'), callTool('look_up', { orderId: '' }), say('ok')],
    ],
  },
  'an unknown tool': {
    agent: bank,
    invariant: ({ trace }) => trace.toolCalls.every(({ error }) => error !== 'unknown-tool'),
    smallest: [[user('hi'), callTool('unknown_tool', undefined, { hallucinated: true }), say('ok')]],
  },
};

export const argumentBugs: Record<string, Bug> = {
  'an amount above a limit': {
    agent: bank,
    invariant: ({ trace }) => trace.toolCalls.every(({ content }) => content !== 'too much'),
    smallest: [[user('hi'), callTool('pay', { amount: 101 }), say('ok')]],
  },
  'the same question twice': {
    agent: bank,
    invariant: ({ trace }) => {
      const paid = trace.toolCalls.filter(({ tool: name, error }) => name === 'look_up' && !error);
      const questions = paid.map(({ args }) => (args as { q?: string }).q).filter((q) => q);
      return new Set(questions).size === questions.length;
    },
    smallest: [
      [user('hi'), callTools([callTool('look_up', { q: 'a' }), callTool('look_up', { q: 'a' })]), say('ok')],
      [user('hi'), callTool('look_up', { q: 'a' }), callTool('look_up', { q: 'a' }), say('ok')],
    ],
    runs: 2000,
  },
};

export const runBugs: Record<string, Bug> = {
  'a count of three over several turns or runs': {
    agent: counter,
    invariant: ({ response }) => ((response?.contextVariables['count'] as number | undefined) ?? 0) < 3,
    smallest: [[user('hi'), callTool('count'), callTool('count'), callTool('count'), say('ok')]],
    runs: 2000,
  },
  'a run that fails after a payment': {
    agent: bank,
    invariant: ({ trace, scenario }) =>
      trace.outcome !== 'failed' || !JSON.stringify(scenario.steps).includes('"pay"'),
    // A call that fails the schema and a call with empty raw arguments are as small.
    smallest: [
      callTool('pay', { amount: 0 }),
      callTool('pay', undefined, { hallucinated: true }),
      callTool('pay', ''),
    ].map((call) => [user('hi'), call, modelFails({ kind: 'status', status: 500 })]),
  },
  'a run that fails': {
    agent: bank,
    invariant: ({ trace }) => trace.outcome !== 'failed',
    smallest: [[user('hi'), modelFails({ kind: 'status', status: 500 })]],
  },
};

/** Declares a test for each of these bugs. Each test file has some of the bugs, so that they run in parallel. */
export function testSmallest(bugs: Record<string, Bug>): void {
  test.each(Object.entries(bugs))(
    'each of 100 seeds shrinks to a smallest script: %s',
    async (_name, { agent, invariant, smallest, runs = 500 }) => {
      using failures = new Failures();
      const found = new Map<string, number>();
      for (const seed of seeds(1, 100)) {
        const error = await failures.failureOf(agent, {
          seed,
          runs,
          name: `seed ${seed}`,
          invariants: 'none',
          always: { kept: invariant },
        });
        const key = JSON.stringify(error.steps);
        found.set(key, (found.get(key) ?? 0) + 1);
      }
      const allowed = smallest.map((steps) => JSON.stringify(steps));
      expect([...found].filter(([key]) => !allowed.includes(key))).toEqual([]);
    },
    120_000 * thoroughness,
  );
}
