import type { TraceEvent } from '../../engine/run/events.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Trace } from '../../trace/trace.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { assertOurAgents, play } from '../relations/compared-plays.ts';
import { firstRunOf } from '../relations/by-hand.ts';

/** At most this many turn limits are tried. */
const mostLimits = 12;

export async function fewerTurnsIsAPrefix(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const { answers, steps, parts } = firstRunOf(scenario);
  // Only the first run is played, because a second run would use the answers that a turn limit leaves over.
  const first = { ...scenario, steps: steps(answers) };
  const limits = Math.min(mostLimits, answers.length, parts.maxTurns);
  let shorter = await play({ ...first, maxTurns: 0 });
  for (let limit = 1; limit <= limits; limit++) {
    const longer = await play({ ...first, maxTurns: limit });
    const [start, begun] = [eventsOf(longer.trace), eventsOf(shorter.trace)];
    const found = firstMismatch(begun, start.slice(0, begun.length), false);
    if (found)
      throw new InvariantBrokenError(
        'fewer-turns-is-a-prefix',
        `events${found.path} is ${show(found.expected)} with maxTurns: ${limit - 1}, but ${show(found.actual)} with maxTurns: ${limit}.`,
      );
    shorter = longer;
  }
}

/** The events without those parts that depend on the turn limit itself. */
function eventsOf({ events }: Trace): TraceEvent[] {
  return events
    .filter(({ type }) => type !== 'run-end')
    .map((event) => (event.type === 'run-start' ? { ...event, maxTurns: 0 } : event));
}
