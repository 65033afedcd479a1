import type { TraceEvent } from '../../engine/run/events.ts';
import type { Message, WireMessage } from '../../engine/model/messages.ts';
import type { Trace } from '../../trace/trace.ts';

type EventOf<Type extends TraceEvent['type']> = Extract<TraceEvent, { type: Type }>;

/** One turn of a run: a request and everything that followed from it. */
export interface TracedTurn {
  readonly request: EventOf<'model-request'>;
  readonly response: EventOf<'model-response'> | undefined;
  readonly error: EventOf<'model-error'> | undefined;
  readonly results: readonly EventOf<'tool-result'>[];
  readonly contextChange: EventOf<'context-change'> | undefined;
  readonly handoff: EventOf<'handoff'> | undefined;
}

/** One run of a trace, turn by turn. */
export interface TracedRun {
  readonly number: number;
  readonly start: EventOf<'run-start'> | undefined;
  readonly end: EventOf<'run-end'> | undefined;
  readonly turns: readonly TracedTurn[];
  readonly events: readonly TraceEvent[];
}

const known = new WeakMap<Trace, readonly TracedRun[]>();

/** The runs of a trace. They are read once and shared by all invariants. */
export function runsOf(trace: Trace): readonly TracedRun[] {
  let runs = known.get(trace);
  if (!runs) known.set(trace, (runs = readRuns(trace.events)));
  return runs;
}

function readRuns(events: readonly TraceEvent[]): TracedRun[] {
  const byNumber = new Map<number, TraceEvent[]>();
  for (const event of events) {
    const list = byNumber.get(event.run);
    if (list) list.push(event);
    else byNumber.set(event.run, [event]);
  }
  return Array.from(byNumber, ([number, list]) => readRun(number, list));
}

function readRun(number: number, events: readonly TraceEvent[]): TracedRun {
  const turns: Growing<TracedTurn>[] = [];
  let start: TracedRun['start'];
  let end: TracedRun['end'];
  for (const event of events) {
    if (event.type === 'run-start') start ??= event;
    else if (event.type === 'run-end') end = event;
    else if (event.type === 'model-request') turns.push(turnOf(event));
    else addTo(turns.at(-1), event);
  }
  return { number, start, end, turns, events };
}

type Growing<T> = { -readonly [Key in keyof T]: T[Key] };

function turnOf(request: EventOf<'model-request'>): TracedTurn {
  return {
    request,
    response: undefined,
    error: undefined,
    results: [],
    contextChange: undefined,
    handoff: undefined,
  };
}

type WithinTurn = Exclude<TraceEvent, { type: 'run-start' | 'run-end' | 'model-request' }>;

function addTo(turn: Growing<TracedTurn> | undefined, event: WithinTurn): void {
  if (!turn) return;
  if (event.type === 'model-response') turn.response = event;
  else if (event.type === 'model-error') turn.error = event;
  else if (event.type === 'tool-result') (turn.results as EventOf<'tool-result'>[]).push(event);
  else if (event.type === 'context-change') turn.contextChange = event;
  else turn.handoff = event;
}

/** The id and the tool name of a call in a message. */
export interface MessageCall {
  readonly id: string;
  readonly name: string;
}

const noCalls: readonly MessageCall[] = [];

/** The calls that an assistant's message asks for. */
export function callsOf(message: Message | WireMessage | undefined): readonly MessageCall[] {
  if (message?.role !== 'assistant' || !message.tool_calls?.length) return noCalls;
  return message.tool_calls.map((call) => ({
    id: call.id,
    name: call.type === 'function' ? call.function.name : call.type,
  }));
}
