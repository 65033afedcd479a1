import { readCompletion, type ModelAnswer, type ToolCall } from '../engine/model/completion.ts';
import type { WireMessage } from '../engine/model/messages.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import { parseArguments, problemsBySchema } from '../engine/tools/arguments.ts';
import type { Outcome, RecordedEvent, ToolErrorKind } from '../engine/run/events.ts';
import { textOf } from '../trace/format.ts';
import { continuationOf, firstAgent, isInstructions, openingText } from '../trace/continuation.ts';
import { AgentNames, type Actor, type AgentNaming } from './agent-names.ts';
import type { Exchange } from './exchange.ts';

/** A request that a later one may continue. */
interface Known {
  readonly request: CompletionRequest;
  readonly answer: ModelAnswer | undefined;
  /** The run that this request belongs to. A request that continues this request may add to the same run. */
  readonly run: WireRun;
  readonly agent: Actor;
  readonly turn: number;
  /** The index of this request among all known requests. */
  readonly place: number;
}

/** The exchange that a request continues, and the messages that the request adds. */
interface Found {
  readonly before: Known;
  readonly said: readonly WireMessage[];
}

interface WireRun {
  readonly events: RecordedEvent[];
  /** The latest exchange of this run. */
  last?: Known;
  /** Whether the client left the latest exchange before its end. */
  isLeft?: boolean | undefined;
}

/**
 * Turns the exchanges of an app into the events of runs: calls, their results, and handoffs. A handoff is a call that
 * is a transfer by its name, followed by a request with other instructions or tools. `AgentNames` decides on both.
 *
 * A request belongs to the latest exchange whose history it continues or whose calls it answers. The ids of the calls
 * are compared, too, because an app may rewrite its history. A request starts another run if the user has said more,
 * or if it belongs to no exchange. The runs are ordered by their latest exchange, so that a run comes after the runs
 * that are nested in it. The trace lacks facts that requests do not show: context variables, and whether a tool threw
 * or only returned an error text.
 */
export class WireTracer {
  #runs: WireRun[] = [];
  readonly #known: Known[] = [];
  /** The known requests, by the beginning of their history. */
  readonly #byOpening = new Map<string, Known[]>();
  /** The calls whose results no request has shown yet. */
  #pending: { readonly call: ToolCall; readonly known: Known }[] = [];
  /** The runs that have not ended. */
  #open: WireRun[] = [];
  #agent: Actor | undefined;
  readonly #names: AgentNames;

  /** `onMistake` is called with an error of the functions in `naming`. */
  constructor(naming: AgentNaming = {}, onMistake: (error: unknown) => void = () => {}) {
    this.#names = new AgentNames(naming, onMistake, (from, to) => this.#rename(from, to));
  }

  /** The runs so far; complete after `end`. */
  get runs(): RecordedEvent[][] {
    return this.#runs.map(({ events }) => events);
  }

  /** Adds the next exchange. */
  add(exchange: Exchange): void {
    const { request } = exchange;
    const found = this.#find(request);
    this.#addResults(request, found?.before);
    const agent = found ? this.#next(found, request) : this.#names.first(request, this.#pending);
    const { before, said = [] } = found ?? {};
    const goesOn =
      before && this.#open.includes(before.run) && !said.some((message) => message?.role === 'user');
    if (before && !goesOn) this.#close(before.run, undefined);
    const run = goesOn ? before.run : this.#start(agent.name, request);
    const turn = goesOn ? before.turn + 1 : 1;
    const answer = addExchange(run.events, exchange, agent.name, turn);
    run.last = { request, answer, run, agent, turn, place: this.#known.length };
    run.isLeft = exchange.isLeft;
    this.#runs = movedToEnd(this.#runs, run);
    this.#open = movedToEnd(this.#open, run);
    this.#note(run.last);
    for (const call of answer?.calls ?? []) this.#pending.push({ call, known: run.last });
    this.#agent = agent;
  }

  /**
   * Ends the open runs. The last one ends with `outcome`, if that is given. If no run is open because the app made no
   * request, `outcome` ends a new run that begins with `said`.
   */
  end(outcome?: Outcome, said: readonly WireMessage[] = []): void {
    if (outcome && this.#open.length === 0 && said.length > 0)
      this.#start(this.#agent?.name ?? firstAgent, { model: '', messages: [...said] });
    const last = this.#open.at(-1);
    for (const run of this.#open) this.#close(run, run === last ? outcome : undefined);
  }

  #find({ messages }: CompletionRequest): Found | undefined {
    const goneOn = this.#continued(messages);
    const continued = goneOn?.place ?? -1;
    const askedFor = (id: string | undefined) =>
      id === undefined ? [] : this.#pending.filter(({ call }) => call.id === id);
    const result = messages.findLast((message) => askedFor(answeredIn(message)).length > 0);
    const places = result ? askedFor(answeredIn(result)).map(({ known }) => known.place) : [];
    // The ids of calls are not always unique, but a history is. So the exchange whose history the request continues
    // is preferred.
    const asked = places.includes(continued) ? continued : (places.at(-1) ?? -1);
    if (asked > continued)
      return { before: this.#known[asked]!, said: messages.slice(messages.indexOf(result!)) };
    return goneOn && { before: goneOn, said: continuationOf(goneOn.request.messages, messages)! };
  }

  /** The latest exchange whose messages these messages continue. */
  #continued(messages: readonly WireMessage[]): Known | undefined {
    const opening = openingText(messages);
    // Any history continues an exchange without messages.
    const openings = opening === '' ? [opening] : [opening, ''];
    const latest = openings.map((one) =>
      this.#byOpening
        .get(one)
        ?.findLast(({ request }) => continuationOf(request.messages, messages) !== undefined),
    );
    return latest.reduce((one, other) => ((other?.place ?? -1) > (one?.place ?? -1) ? other : one));
  }

  #note(known: Known): void {
    this.#known.push(known);
    const opening = openingText(known.request.messages);
    const alike = this.#byOpening.get(opening);
    if (alike) alike.push(known);
    else this.#byOpening.set(opening, [known]);
  }

  /** Adds the results of calls that this request is the first to show. */
  #addResults({ messages }: CompletionRequest, before: Known | undefined): void {
    const results = new Map(messages.toReversed().map((message) => [answeredIn(message), message]));
    const own = new Set(this.#pending.flatMap(({ call, known }) => (known === before ? call.id : [])));
    this.#pending = this.#pending.filter(({ call, known }) => {
      const result = results.get(call.id);
      if (!result || (known !== before && own.has(call.id))) return true;
      addLate(known.run, resultOf(call, known, textOf(result.content)));
      return false;
    });
  }

  /** The agent that makes a request which continues another. Adds the handoff, if there was one. */
  #next({ before, said }: Found, request: CompletionRequest): Actor {
    const { agent, tool } = this.#names.next(before, said, request);
    const { turn, run } = before;
    if (tool !== undefined)
      addLate(run, { type: 'handoff', turn, from: before.agent.name, to: agent.name, tool });
    return agent;
  }

  /** Writes the name of an agent into the events so far, which have a number in its place. */
  #rename(from: string, to: string): void {
    for (const { events } of this.#runs) {
      for (const [index, event] of events.entries()) events[index] = renamed(event, from, to);
    }
  }

  #start(agent: string, request: CompletionRequest): WireRun {
    const run: WireRun = { events: [runStart(agent, request)] };
    this.#runs.push(run);
    this.#open = [...this.#open, run];
    return run;
  }

  #close(run: WireRun, outcome: Outcome | undefined): void {
    if (!this.#open.includes(run)) return;
    this.#open = this.#open.filter((open) => open !== run);
    const answer = run.last?.answer;
    const reached = !answer ? 'failed' : answer.calls.length > 0 ? 'interrupted' : 'completed';
    run.events.push({
      type: 'run-end',
      agent: (run.last?.agent ?? this.#agent)?.name ?? firstAgent,
      outcome: outcome ?? (run.isLeft ? 'aborted' : reached),
    });
  }
}

/**
 * Adds an event that is known only from a later request. If the run has ended, the event is inserted before
 * `run-end`.
 */
function addLate({ events }: WireRun, event: RecordedEvent): void {
  events.splice(events.at(-1)?.type === 'run-end' ? -1 : events.length, 0, event);
}

function movedToEnd<T>(list: readonly T[], item: T): T[] {
  return [...list.filter((other) => other !== item), item];
}

function runStart(agent: string, { messages }: CompletionRequest): RecordedEvent {
  const history = isInstructions(messages[0]) ? messages.slice(1) : messages;
  return {
    type: 'run-start',
    agent,
    messages: history,
    contextVariables: {},
    maxTurns: null,
    executeTools: true,
  };
}

/** Adds the request with its answer or error. Returns the answer. */
function addExchange(
  events: RecordedEvent[],
  { request, completion, error }: Exchange,
  agent: string,
  turn: number,
): ModelAnswer | undefined {
  const { messages, ...rest } = request;
  const [system = noInstructions] = messages;
  events.push({
    type: 'model-request',
    turn,
    agent,
    request: rest,
    system,
    history: messages,
    length: messages.length,
  });
  const answer = error ? undefined : answerIn(completion);
  if (answer) {
    const { message, finishReason, usage } = answer;
    events.push({ type: 'model-response', turn, agent, message, finishReason, usage });
  } else {
    const told = error ?? { name: 'InvalidCompletionError', message: 'no usable completion' };
    events.push({ type: 'model-error', turn, agent, error: told });
  }
  return answer;
}

const noInstructions: WireMessage = Object.freeze({ role: 'system', content: '' });

function answerIn(completion: unknown): ModelAnswer | undefined {
  try {
    return readCompletion(completion);
  } catch {
    // The completion was damaged on purpose, or the client left before its end.
    return undefined;
  }
}

/** The id of the call that a message answers; undefined for other messages. */
function answeredIn(message: WireMessage): string | undefined {
  return message?.role === 'tool' ? message.tool_call_id : undefined;
}

/** The event with the name of an agent replaced. */
function renamed(event: RecordedEvent, from: string, to: string): RecordedEvent {
  if (event.type === 'context-change') return event;
  if (event.type !== 'handoff') return event.agent === from ? { ...event, agent: to } : event;
  const nameOf = (agent: string) => (agent === from ? to : agent);
  return { ...event, from: nameOf(event.from), to: nameOf(event.to) };
}

function resultOf(call: ToolCall, { agent, turn, request }: Known, content: string): RecordedEvent {
  return {
    type: 'tool-result',
    turn,
    agent: agent.name,
    tool: call.function.name,
    toolCallId: call.id,
    rawArgs: call.function.arguments,
    content,
    error: errorKind(call, request),
  };
}

/** The kind of mistake in a call, as far as requests show it. They do not show whether a tool threw. */
function errorKind({ function: { name, arguments: raw } }: ToolCall, request: CompletionRequest) {
  const definition = request.tools?.find((tool) => tool.type === 'function' && tool.function.name === name);
  if (!definition) return 'unknown-tool' satisfies ToolErrorKind;
  const parsed = parseArguments(raw);
  if (!('args' in parsed)) return parsed.kind;
  const { parameters } = definition.function;
  const problems = parameters ? problemsBySchema(name, parameters, parsed.args, raw) : [];
  return Array.isArray(problems) && problems.length > 0 ? 'invalid-arguments' : undefined;
}
