import { readCompletion, type ModelAnswer, type ToolCall } from '../engine/model/completion.ts';
import type { WireMessage } from '../engine/model/messages.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import { parseArguments, problemsBySchema } from '../engine/tools/arguments.ts';
import type { Outcome, RecordedEvent, ToolErrorKind } from '../engine/run/events.ts';
import { textOf } from '../trace/format.ts';
import {
  continuationOf,
  firstAgent,
  handoffTarget,
  instructionsOf,
  isInstructions,
  openingText,
} from '../trace/continuation.ts';
import type { Exchange } from './exchange.ts';

/** A request that a later one may continue. */
interface Known {
  readonly request: CompletionRequest;
  readonly answer: ModelAnswer | undefined;
  /** The run it belongs to, whose events go on where it is continued. */
  readonly run: WireRun;
  readonly agent: string;
  readonly turn: number;
  /** Its place among all. */
  readonly place: number;
}

interface WireRun {
  readonly events: RecordedEvent[];
  /** The exchange that happened last in it. */
  last?: Known;
  /** Whether the client left that one before its end. */
  isLeft?: boolean | undefined;
}

/**
 * What an app did, as far as its requests show it, as the events of runs: calls, what they were answered with, and handoffs, which
 * are a tool named like a transfer followed by other instructions.
 *
 * A request belongs to the latest one that it continues, or whose calls it answers: a history may be rewritten. One that shows
 * more of what the user said begins another run, and so does one that belongs to none. Of runs within each other the one in
 * which something happened last stands last. What stays inside the app is not there: context variables, and whether a tool
 * failed or only said so.
 */
export class WireTracer {
  #runs: WireRun[] = [];
  readonly #known: Known[] = [];
  /** The same by how their histories begin. */
  readonly #byOpening = new Map<string, Known[]>();
  /** The calls whose results no request has shown yet. */
  #pending: { readonly call: ToolCall; readonly known: Known }[] = [];
  readonly #handedOff = new Set<Known>();
  /** Of the part of the conversation that is being read. */
  #open: WireRun[] = [];
  #agent = firstAgent;
  /** By their instructions, for requests that continue none. */
  readonly #names = new Map<string, string>();

  /** The runs so far; complete after `end`. */
  get runs(): RecordedEvent[][] {
    return this.#runs.map(({ events }) => events);
  }

  /** Takes in what happened next. */
  add(exchange: Exchange): void {
    const { request } = exchange;
    const found = this.#find(request);
    this.#addResults(request, found?.before);
    const instructions = instructionsOf(request);
    const agent = found
      ? this.#activeAfter(found.before, request)
      : (this.#names.get(instructions) ?? firstAgent);
    this.#names.set(instructions, agent);
    const { before, said = [] } = found ?? {};
    const goesOn =
      before && this.#open.includes(before.run) && !said.some((message) => message?.role === 'user');
    if (before && !goesOn) this.#close(before.run, undefined);
    const run = goesOn ? before.run : this.#start(agent, request);
    const turn = goesOn ? before.turn + 1 : 1;
    const answer = addExchange(run.events, exchange, agent, turn);
    run.last = { request, answer, run, agent, turn, place: this.#known.length };
    run.isLeft = exchange.isLeft;
    this.#runs = movedToEnd(this.#runs, run);
    this.#open = movedToEnd(this.#open, run);
    this.#note(run.last);
    for (const call of answer?.calls ?? []) this.#pending.push({ call, known: run.last });
    this.#agent = agent;
  }

  /** Ends the runs that are open. Where the outcome of the last is known, it is told. */
  end(outcome?: Outcome, said: readonly WireMessage[] = []): void {
    if (outcome && this.#open.length === 0 && said.length > 0)
      this.#start(this.#agent, { model: '', messages: [...said] });
    const last = this.#open.at(-1);
    for (const run of this.#open) this.#close(run, run === last ? outcome : undefined);
  }

  /** The exchange that a request goes on from, and what was said since. */
  #find({ messages }: CompletionRequest): { before: Known; said: readonly WireMessage[] } | undefined {
    const goneOn = this.#continued(messages);
    const continued = goneOn?.place ?? -1;
    const askedFor = (id: string | undefined) =>
      id === undefined ? [] : this.#pending.filter(({ call }) => call.id === id);
    const result = messages.findLast((message) => askedFor(answeredIn(message)).length > 0);
    const places = result ? askedFor(answeredIn(result)).map(({ known }) => known.place) : [];
    // Ids are not always unique; a history is.
    const asked = places.includes(continued) ? continued : (places.at(-1) ?? -1);
    if (asked > continued)
      return { before: this.#known[asked]!, said: messages.slice(messages.indexOf(result!)) };
    return goneOn && { before: goneOn, said: continuationOf(goneOn.request.messages, messages)! };
  }

  /** The latest exchange whose history this one has more of. */
  #continued(messages: readonly WireMessage[]): Known | undefined {
    const opening = openingText(messages);
    // Whatever goes on from no message at all.
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

  /** What calls were answered with, of which no request before has told. */
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

  /** Who is active after an exchange, which is told by a handoff. */
  #activeAfter(before: Known, request: CompletionRequest): string {
    const transfer = before.answer?.calls.findLast((call) => handoffTarget(call.function.name));
    if (!transfer || instructionsOf(before.request) === instructionsOf(request)) return before.agent;
    const { name: tool } = transfer.function;
    const to = handoffTarget(tool)!;
    const { agent: from, turn, run } = before;
    if (!this.#handedOff.has(before)) addLate(run, { type: 'handoff', turn, from, to, tool });
    this.#handedOff.add(before);
    return to;
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
      agent: run.last?.agent ?? this.#agent,
      outcome: outcome ?? (run.isLeft ? 'aborted' : reached),
    });
  }
}

/** Adds what is seen only when the run goes on, or when the next one shows it. */
function addLate({ events }: WireRun, event: RecordedEvent): void {
  events.splice(events.at(-1)?.type === 'run-end' ? -1 : events.length, 0, event);
}

/** The list with an item at its end. */
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

/** The request and what came of it. */
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
    // Damaged on purpose, or left in the middle.
    return undefined;
  }
}

/** The call that a message answers, if it is an answer to one. */
function answeredIn(message: WireMessage): string | undefined {
  return message?.role === 'tool' ? message.tool_call_id : undefined;
}

function resultOf(call: ToolCall, { agent, turn, request }: Known, content: string): RecordedEvent {
  return {
    type: 'tool-result',
    turn,
    agent,
    tool: call.function.name,
    toolCallId: call.id,
    rawArgs: call.function.arguments,
    content,
    error: errorKind(call, request),
  };
}

/** The mistakes of a call that the wire shows. Whether a tool threw is not among them. */
function errorKind({ function: { name, arguments: raw } }: ToolCall, request: CompletionRequest) {
  const definition = request.tools?.find((tool) => tool.type === 'function' && tool.function.name === name);
  if (!definition) return 'unknown-tool' satisfies ToolErrorKind;
  const parsed = parseArguments(raw);
  if (!('args' in parsed)) return parsed.kind;
  const { parameters } = definition.function;
  const problems = parameters ? problemsBySchema(name, parameters, parsed.args, raw) : [];
  return Array.isArray(problems) && problems.length > 0 ? 'invalid-arguments' : undefined;
}
