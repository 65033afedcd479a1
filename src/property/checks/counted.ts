import type { Hooks } from '../../engine/run/hooks.ts';
import { show } from '../../scenario/equals.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Step } from '../../script/steps.ts';
import { onlyTheModelFailsARun } from '../laws/ending.ts';
import { runsOf } from '../laws/runs.ts';
import { LawBrokenError } from '../law.ts';
import { checkIsOurs, checkIsPlain, play } from './play.ts';

/** Failures of calls that never came to their tool. */
const refused = new Set(['unknown-tool', 'invalid-json', 'invalid-arguments']);

export async function executionsAreCounted(scenario: Scenario): Promise<void> {
  checkIsOurs(scenario);
  const begun: string[] = [];
  const ended: string[] = [];
  const counting: Hooks = {
    beforeTool: ({ name, toolCallId }) => void begun.push(`${name} (${toolCallId})`),
    afterTool: ({ name, toolCallId }) => void ended.push(`${name} (${toolCallId})`),
  };
  const run = await play({ ...scenario, hooks: [scenario.hooks ?? [], counting].flat() });
  // A hook that throws keeps others from being told.
  if (onlyTheModelFailsARun(run) !== undefined) return;
  const { trace } = run;
  const told = trace.toolCalls
    .filter(({ error }) => error === undefined || !refused.has(error))
    .map(({ tool, toolCallId }) => `${tool} (${toolCallId})`);
  for (const [what, list] of [
    ['ran', begun],
    ['came to an end', ended],
  ] as const) {
    if (list.join() !== told.join())
      throw new LawBrokenError(
        'executions-are-counted',
        `of the tools ${show(list)} ${what}, and the trace tells of ${show(told)}.`,
      );
  }
}

export async function usageAddsUp(scenario: Scenario): Promise<void> {
  checkIsOurs(scenario);
  checkIsPlain(scenario);
  let spent = 0;
  const steps = scenario.steps.map((step): Step => {
    if (typeof step === 'function' || 'user' in step || step.fault) return step;
    const tokens = ++spent;
    return {
      ...step,
      usage: { prompt_tokens: tokens, completion_tokens: 1, total_tokens: tokens + 1 },
    };
  });
  for (const stream of [false, true]) {
    const { trace } = await play({ ...scenario, steps }, { stream });
    let scripted = 0;
    for (const { turns, number } of runsOf(trace)) {
      for (const { response, request } of turns) {
        if (!response) continue;
        scripted++;
        const counted = response.usage?.prompt_tokens;
        // A run that a limit cut short leaves answers, which nobody paid for.
        if (counted === undefined || counted < scripted)
          throw new LawBrokenError(
            'usage-adds-up',
            `turn ${request.turn} of run ${number} was answered for ${scripted} tokens, and the trace tells of ${show(counted)}${stream ? ', streamed' : ''}.`,
          );
        scripted = counted;
      }
    }
  }
}
