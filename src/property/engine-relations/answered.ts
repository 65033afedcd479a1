import type { Message } from '../../engine/model/messages.ts';
import type { TraceEvent } from '../../engine/run/events.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import { answerPending } from '../../engine/run/pending-calls.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { findTrace } from '../../trace/trace-of.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { assertSameOutcome, converse, finished, type RunOnce } from '../relations/by-hand.ts';
import { assertOurAgents } from '../relations/compared-plays.ts';

const relation = 'answered-equals-uninterrupted';

/** The events of a play and the calls of hooks around its tools, without the numbers and bounds of runs and turns. */
class Told {
  readonly events: object[] = [];
  readonly hooks: object[] = [];
  readonly hook: Hooks = {
    beforeTool: ({ agent, name, args, toolCallId }) =>
      void this.hooks.push({ agent: agent.name, name, args, toolCallId }),
    afterTool: ({ agent, name, content, toolCallId }) =>
      void this.hooks.push({ agent: agent.name, name, content, toolCallId }),
  };

  /** Keeps the events of a response, or of the error in place of it. */
  async by<T extends object>(start: Promise<T>, eventsIn: (ended: T) => readonly TraceEvent[]): Promise<T> {
    try {
      const ended = await start;
      this.#add(eventsIn(ended));
      return ended;
    } catch (error) {
      this.#add(eventsOf(error));
      throw error;
    }
  }

  #add(events: readonly TraceEvent[]): void {
    for (const event of events) {
      if (event.type === 'run-start' || event.type === 'run-end') continue;
      // The requests are compared as the provider got them.
      if (event.type === 'model-request') this.events.push({ type: event.type, agent: event.agent });
      else this.events.push({ ...event, run: 0, turn: 0 });
    }
  }
}

function eventsOf(source: unknown): readonly TraceEvent[] {
  return findTrace(source)?.events ?? [];
}

function inOnePiece(told: Told): RunOnce {
  return async (provider, hooks, parts) =>
    await told.by(finished(provider, [...hooks, told.hook], parts), eventsOf);
}

/** A run that is interrupted before the tools of each turn, and continues from the answers to its calls. */
function answered(told: Told, stream: boolean): RunOnce {
  return async (provider, hooks, parts) => {
    const produced: Message[] = [];
    let input = parts;
    for (let left = parts.maxTurns; ; left--) {
      const settings = { ...input, maxTurns: left, executeTools: false, stream };
      const run = finished(provider, [...hooks, told.hook], settings);
      // If the answers fail, their error has the events of the interrupted run too.
      const response = await told.by(run, (ended) =>
        ended.stopReason === 'interrupted' ? [] : eventsOf(ended),
      );
      produced.push(...response.messages);
      if (response.stopReason !== 'interrupted') return { ...response, messages: produced };
      const next = await told.by(answerPending<object>(response), () => eventsOf(response));
      const answers = next.messages.slice(input.messages.length + response.messages.length);
      // Copies, so that only the next run has the answers in its trace, and not the one after a turn limit of 0.
      produced.push(...answers.map((message) => ({ ...message })));
      input = { ...parts, ...next };
    }
  };
}

export async function answeredEqualsUninterrupted(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  // A scenario with `executeTools: false` has no continuation to compare with, so its tools are executed.
  const whole = { ...scenario, executeTools: true };
  const told = new Told();
  const plain = await converse(whole, inOnePiece(told));
  // Half of all scenarios are streamed, because each play costs time.
  const stream = scenario.steps.length % 2 === 1;
  const how = `when the calls of ${stream ? 'streamed' : 'unstreamed'} runs are answered with answerPending`;
  const other = new Told();
  assertSameOutcome(relation, plain, await converse(whole, answered(other, stream)), how);
  const found =
    firstMismatch(told.events, other.events, false) ?? firstMismatch(told.hooks, other.hooks, false);
  if (found)
    throw new InvariantBrokenError(
      relation,
      `in the events, ${found.path} is ${show(found.expected)} in a plain run, but ${show(found.actual)} ${how}.`,
    );
}
