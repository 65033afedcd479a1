import type { StreamEvent } from '../../engine/run/run-options.ts';
import { Swarm } from '../../engine/run/swarm.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { scriptedProvider } from '../../script/scripted-provider.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { firstRunOf, withAgents } from '../relations/by-hand.ts';
import { assertOurAgents } from '../relations/compared-plays.ts';

export async function streamEventsAreInOrder(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const { answers, parts, hooks } = firstRunOf(scenario);
  const events: StreamEvent[] = [];
  let hasFailed = false;
  const swarm = new Swarm({ provider: scriptedProvider(answers), hooks });
  await withAgents(scenario, async (agent) => {
    try {
      for await (const event of swarm.run({ ...parts, agent, stream: true })) events.push(event);
    } catch {
      hasFailed = true;
    }
  });
  const problem = problemIn(events, hasFailed);
  if (problem !== undefined) throw new InvariantBrokenError('stream-events-are-in-order', `${problem}.`);
}

/**
 * Returns what is wrong with the order of the events, or undefined. Each answer is a `start`, chunks and an `end`.
 * The response comes last, and only a failed run has no response.
 */
function problemIn(events: readonly StreamEvent[], hasFailed: boolean): string | undefined {
  let isOpen = false;
  for (const [index, event] of events.entries()) {
    const place = `event ${index + 1}`;
    if ('response' in event) {
      if (hasFailed || isOpen || index < events.length - 1)
        return `${place} is a response in the wrong place`;
    } else if ('delim' in event) {
      if (isOpen === (event.delim === 'start')) return `${place} is "${event.delim}" in the wrong place`;
      isOpen = event.delim === 'start';
    } else if (!isOpen) {
      return `${place} is a piece that is not between "start" and "end"`;
    }
  }
  const last = events.at(-1);
  return hasFailed || (last && 'response' in last) ? undefined : 'the stream ends without a response';
}
