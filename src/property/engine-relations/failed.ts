import { partialResponse } from '../../engine/run/run-record.ts';
import { traceContext } from '../../engine/run/context.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { say } from '../../script/steps.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { firstRunOf } from '../relations/by-hand.ts';
import { assertOurAgents, play } from '../relations/compared-plays.ts';

/** At most this many answers of a script are replaced. */
const mostAnswers = 12;

export async function failedRunIsAPrefix(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const { answers, steps } = firstRunOf(scenario);
  // Each pass of the loop replaces one answer with an HTTP error, whatever the script intends there.
  for (const [index, answer] of answers.slice(0, mostAnswers).entries()) {
    if (typeof answer === 'object' && 'fault' in answer) return;
    const before = answers.slice(0, index);
    const fault = { kind: 'status', status: 500 } as const;
    const failed = await play({ ...scenario, steps: steps([...before, { fault }]) });
    const whole = await play({ ...scenario, steps: steps([...before, say('')]) });
    // A turn limit or an interruption ended the run before this answer.
    if (failed.trace.outcome !== 'failed' || !whole.response) return;
    const partial = partialResponse(failed.error);
    const found = firstMismatch(
      { outcome: 'failed', messages: whole.response.messages.slice(0, -1), ...rest(whole.response) },
      { outcome: partial?.outcome, messages: partial?.messages, ...rest(partial) },
      false,
    );
    if (found)
      throw new InvariantBrokenError(
        'failed-run-is-a-prefix',
        `if the model fails in turn ${index + 1}, ${found.path} of the partial response is ${show(found.actual)}, but should be ${show(found.expected)}.`,
      );
  }
}

function rest(reached: { agent: { name: string }; contextVariables: object } | undefined): object {
  return { agent: reached?.agent.name, contextVariables: reached && traceContext(reached.contextVariables) };
}
