import { freezeData } from '../engine/values/copy.ts';
import type {
  Outcome,
  RecordedEvent,
  TracedHandoff,
  TracedRequest,
  TracedToolCall,
  TraceEvent,
} from '../engine/run/events.ts';
import { firstDifference, type TraceDifference } from './difference.ts';
import { hashRuns } from './hash.ts';
import { materialize, toolCallOf } from './materialize.ts';

/** What happened, as one flat JSON list of events. The other fields are derived from the list when they are read. */
export interface Trace {
  /** The list of events, each of them frozen. */
  readonly events: readonly TraceEvent[];
  /** The requests, in order. */
  readonly requests: ReadonlyArray<TracedRequest>;
  /** The tool calls that were answered, in order. */
  readonly toolCalls: ReadonlyArray<TracedToolCall>;
  /** The handoffs that took effect, in order, including a handoff of an agent to itself. */
  readonly handoffs: ReadonlyArray<TracedHandoff>;
  /**
   * The names of the agents in the order they were active, the starting agent first. A handoff of an agent to itself
   * adds no name.
   */
  readonly agents: readonly string[];
  /** How the last run ended. */
  readonly outcome: Outcome;
  /**
   * sha256 over the canonical events without usage, computed when it is read, with each message hashed once. Equal on
   * every machine, transport, stream mode and Node version.
   */
  readonly hash: string;
  /** Returns the first event and field that differ, leaving out usage; undefined if the traces are equal. */
  diff(other: Trace): TraceDifference | undefined;
  /** Returns the trace as plain JSON, with the version of its format. */
  toJSON(): { version: 1; events: TraceEvent[] };
}

/** The agent that an event shows to be active. An app may change its agent without a handoff, by a plain request. */
function activeFrom(event: RecordedEvent): string | undefined {
  if (event.type === 'handoff') return event.to;
  return event.type === 'run-start' || event.type === 'model-request' ? event.agent : undefined;
}

/** The trace of consecutive runs, made from the events that the engine recorded. */
export class RunTrace implements Trace {
  readonly #runs: readonly (readonly RecordedEvent[])[];
  #events: readonly TraceEvent[] | undefined;
  #hash: string | undefined;

  constructor(runs: readonly (readonly RecordedEvent[])[]) {
    this.#runs = runs;
  }

  get events(): readonly TraceEvent[] {
    return (this.#events ??= this.#runs.flatMap((events, index) =>
      events.map((event) => freezeData(materialize(event, index + 1))),
    ));
  }

  get requests(): readonly TracedRequest[] {
    return this.#all('model-request').map(({ run, turn, agent, request }) => ({ run, turn, agent, request }));
  }

  get toolCalls(): readonly TracedToolCall[] {
    const calls: TracedToolCall[] = [];
    for (const [index, events] of this.#runs.entries()) {
      for (const event of events)
        if (event.type === 'tool-result') calls.push(freezeData(toolCallOf(event, index + 1)));
    }
    return calls;
  }

  get handoffs(): readonly TracedHandoff[] {
    return this.#all('handoff').map(({ type: _type, ...handoff }) => handoff);
  }

  get agents(): readonly string[] {
    const agents: string[] = [];
    for (const event of this.#runs.flat()) {
      const active = activeFrom(event);
      if (active !== undefined && active !== agents.at(-1)) agents.push(active);
    }
    return agents;
  }

  get outcome(): Outcome {
    const last = this.#runs.at(-1)?.at(-1);
    return last?.type === 'run-end' ? last.outcome : 'failed';
  }

  get hash(): string {
    return (this.#hash ??= hashRuns(this.#runs));
  }

  diff(other: Trace): TraceDifference | undefined {
    return firstDifference(this.events, other.events);
  }

  toJSON(): { version: 1; events: TraceEvent[] } {
    return { version: 1, events: [...this.events] };
  }

  /** The events of one type. They are selected before they are materialized, because requests are costly. */
  #all<Type extends TraceEvent['type']>(type: Type): Extract<TraceEvent, { type: Type }>[] {
    return this.#runs.flatMap((events, index) =>
      events
        .filter((event) => event.type === type)
        .map((event) => freezeData(materialize(event, index + 1)) as Extract<TraceEvent, { type: Type }>),
    );
  }
}
