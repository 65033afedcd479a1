import type { Hooks } from '../../engine/run/hooks.ts';
import { show } from '../../scenario/equals.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { failsItsRun, isUserStep } from '../../script/step-kinds.ts';
import type { Step } from '../../script/steps.ts';
import { onlyTheModelFailsARun } from '../invariants/run-ends.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { assertOurAgents, assertStepsAreData, play } from '../relations/compared-plays.ts';

/** The kinds of tool failure in which the tool is not executed. */
const refused = new Set(['unknown-tool', 'invalid-json', 'invalid-arguments']);

export async function executionsAreCounted(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const begun: string[] = [];
  const ended: string[] = [];
  const counting: Hooks = {
    beforeTool: ({ name, toolCallId }) => void begun.push(`${name} (${toolCallId})`),
    afterTool: ({ name, toolCallId }) => void ended.push(`${name} (${toolCallId})`),
  };
  const run = await play({ ...scenario, hooks: [scenario.hooks ?? [], counting].flat() });
  // A hook that throws keeps later hooks from being called, so the counts would be wrong.
  if (onlyTheModelFailsARun(run) !== undefined) return;
  const { trace } = run;
  const told = trace.toolCalls
    .filter(({ error }) => error === undefined || !refused.has(error))
    .map(({ tool, toolCallId }) => `${tool} (${toolCallId})`);
  for (const [what, list] of [
    ['ran', begun],
    ['finished', ended],
  ] as const) {
    if (list.join() !== told.join())
      throw new InvariantBrokenError(
        'executions-are-counted',
        `the tools ${show(list)} ${what}, but the trace has ${show(told)}.`,
      );
  }
}

export async function usageAddsUp(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  assertStepsAreData(scenario);
  let answers = 0;
  // The n-th answer costs n tokens.
  const steps = scenario.steps.map((step): Step => {
    if (typeof step === 'function' || isUserStep(step) || failsItsRun(step)) return step;
    const tokens = ++answers;
    return { ...step, usage: { prompt_tokens: tokens, completion_tokens: 1, total_tokens: tokens + 1 } };
  });
  for (const stream of [false, true]) {
    const { trace } = await play({ ...scenario, steps }, { stream });
    const responses = trace.events.filter((event) => event.type === 'model-response');
    for (const [index, { run, turn, usage }] of responses.entries()) {
      if (usage?.prompt_tokens === index + 1) continue;
      throw new InvariantBrokenError(
        'usage-adds-up',
        `turn ${turn} of run ${run} used ${index + 1} prompt tokens, but the trace has ${show(usage?.prompt_tokens)}${stream ? ' when streamed' : ''}.`,
      );
    }
  }
}
