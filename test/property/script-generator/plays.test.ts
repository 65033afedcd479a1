import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  runScenario,
  ScriptExhaustedError,
  ScriptMistakeError,
  ScriptNotFinishedError,
} from 'swarmcheck/testing';
import type { ScenarioRun, Step, ToolCallStep } from 'swarmcheck/testing';
import { scriptArbitrary } from '../../../src/property/script-generator/script-arbitrary.ts';
import { failsItsRun } from '../../../src/script/step-kinds.ts';
import { agents, surface } from './shop.ts';
import { assertProperty } from '../../support/property.ts';

const scripts = scriptArbitrary(surface);

const misfits = [ScriptExhaustedError, ScriptMistakeError, ScriptNotFinishedError];
function misfitOf({ error, failures }: ScenarioRun): unknown {
  const causes = [error, ...failures.map(({ cause }) => cause)];
  return causes.find((cause) => misfits.some((kind) => cause instanceof kind));
}

const lastOf = (steps: readonly Step[]) => steps.at(-1) as Exclude<Step, Function>;

for (const stream of [false, true]) {
  test(`thousands of generated scripts play strictly to their end${stream ? ', streamed' : ''}`, async () => {
    await assertProperty(
      fc.asyncProperty(scripts, async (steps) => {
        const run = await runScenario({ agent: agents(), steps }, { stream });
        expect(misfitOf(run)).toBeUndefined();
        const last = lastOf(steps);
        expect(run.trace.outcome).toBe('user' in last || !failsItsRun(last) ? 'completed' : 'failed');
        const userSteps = steps.filter((step) => 'user' in step).length;
        const answers = steps.length - userSteps;
        expect(run.trace.requests).toHaveLength(answers);
      }),
      { seed: 1, numRuns: 2000 },
    );
  });
}

test('scripts with any limit on their steps play strictly to their end', async () => {
  for (const maxSteps of [2, 3, 4, 5, 7, 40]) {
    const some = fc.sample(scriptArbitrary(surface, { maxSteps }), { seed: maxSteps, numRuns: 300 });
    for (const steps of some) {
      expect(steps.length).toBeLessThanOrEqual(maxSteps);
      expect(misfitOf(await runScenario({ agent: agents(), steps }))).toBeUndefined();
    }
    const longest = Math.max(...some.map((steps) => steps.length));
    expect(longest).toBeGreaterThan(Math.min(maxSteps, 20) - 2);
  }
});

/**
 * Calls that are marked as wrong but fit, and calls that fail without a mark. After a handoff with arguments, a
 * marked call may fit.
 */
function wronglyMarked(steps: readonly Step[], failed: boolean[]): ToolCallStep[] {
  const found: ToolCallStep[] = [];
  let isUnsure = false;
  for (const step of steps) {
    if (typeof step === 'function' || 'user' in step) continue;
    // After a failed run it is not known here which agent is active.
    if (failsItsRun(step)) return found;
    for (const call of step.calls ?? []) {
      const isMarked = call.hallucinated === true || call.rawArgs !== undefined;
      if (isMarked !== failed.shift() && !(isMarked && isUnsure)) found.push(call);
    }
    isUnsure ||= (step.calls ?? []).some(({ tool }) => tool === 'escalate');
  }
  return found;
}

test('a call fails if and only if it is marked as wrong, except after a handoff with arguments', async () => {
  await assertProperty(
    fc.asyncProperty(scripts, async (steps) => {
      const { trace } = await runScenario({ agent: agents(), steps });
      const failed = trace.events.flatMap((event) =>
        event.type === 'tool-result' ? [event.error !== undefined] : [],
      );
      expect(wronglyMarked(steps, failed)).toEqual([]);
    }),
    { seed: 1, numRuns: 1000 },
  );
});

test('calls after a handoff with arguments are not mistakes if the tool refuses the handoff', async () => {
  let count = 0;
  for (const steps of fc.sample(scripts, { seed: 1, numRuns: 500 })) {
    const { error, trace } = await runScenario({ agent: agents({ refusesToEscalate: true }), steps });
    expect(error instanceof ScriptMistakeError).toBe(false);
    if (trace.toolCalls.some(({ tool, error: kind }) => tool === 'escalate' && kind === 'threw')) count++;
  }
  expect(count).toBeGreaterThan(50);
});

test('the run after a failed run begins where the failed run began', async () => {
  let count = 0;
  for (const steps of fc.sample(
    scriptArbitrary(surface, { features: { 'several-users': 20, 'provider-error': 20 } }),
    {
      seed: 1,
      numRuns: 500,
    },
  )) {
    const faults = steps.slice(0, -1).filter((step) => 'fault' in step).length;
    const run = await runScenario({ agent: agents(), steps });
    expect(misfitOf(run)).toBeUndefined();
    if (faults > 0 && run.trace.handoffs.length > 0) count++;
  }
  expect(count).toBeGreaterThan(20);
});
