import { setOwn } from '../engine/values/copy.ts';
import { isPromiseLike } from '../engine/values/promise.ts';
import { valueWords } from '../engine/values/value-words.ts';
import type { RecordedEvent, Thrown } from '../engine/run/events.ts';
import { runOf } from '../engine/run/run-of.ts';
import { isAgent, noAgentWords, type Agent } from '../engine/tools/agent.ts';
import { AgentCopies, type Callable } from '../engine/tools/agent-copies.ts';
import { Result } from '../engine/tools/result.ts';
import { readReturn, RecordedFailure, thrownOutcome, type CallOutcome } from '../engine/run/tool-call.ts';
import type { Tool, ToolContext } from '../engine/tools/tool.ts';
import { lineDiff } from '../trace/difference.ts';
import { CassetteMissError } from './cassette-errors.ts';
import { joined, type CassetteFile, type InteractionRecord, type ResultRecord } from './format/format.ts';
import { cassettePath } from './format/read.ts';
import { shownPath } from '../files/path.ts';
import { noSuchFile, readCassette } from './format/read.ts';
import { comparableText } from './match/history.ts';
import { recordedCallsOf, answerOf } from './match/answers.ts';
import { LaneSecrets } from '../secrets/lane-secrets.ts';
import type { Lane } from './match/lane.ts';
import type { Redactor } from '../secrets/redactor.ts';
import { fieldsOf } from './match/words.ts';

/**
 * Returns a copy of the agent, and of every agent it hands off to, whose tools are answered from a recording.
 *
 * "replay": a tool is not run. Its result, and its changes of the context variables, come from the cassette, so that
 * no database is needed. Only tools that handed off are run, because the next agent cannot be found in any other way.
 * "verify": every tool is run, and its result is compared with the recording. The conversation continues with the
 * recorded result. The provider that replays the same cassette reports a difference as a mismatch, with the next
 * request or at the end.
 *
 * Throws a CassetteFileError if the file is missing or cannot be used. A call that was not recorded is answered with
 * an error.
 */
export function replayTools<A extends Agent>(agent: A, cassette: string, mode: 'replay' | 'verify'): A {
  if (!isAgent(agent)) throw new TypeError(noAgentWords('The agent of replayTools', agent));
  if (mode !== 'replay' && mode !== 'verify')
    throw new TypeError(`The mode of replayTools must be "replay" or "verify", but is ${valueWords(mode)}.`);
  const path = cassettePath(cassette);
  const file = readCassette(path);
  if (!file) throw noSuchFile(path);
  const recorded = new RecordedTools(path, file);
  return new AgentCopies((original) =>
    mode === 'replay' ? replaying(original, recorded) : verifying(original, recorded),
  ).copyOf(agent) as A;
}

/** A run that a cassette answers, and its lane. */
interface ServedRun {
  /** The path of the cassette. */
  readonly path: string;
  readonly lane: Lane;
  readonly redactor: Redactor;
}

const runs = new WeakMap<readonly RecordedEvent[], ServedRun>();

/** Notes the lane of a run, so that the run's tools find their recorded results. */
export function noteServed(events: readonly RecordedEvent[] | undefined, run: ServedRun): void {
  if (events) runs.set(events, run);
}

/** The lane of a run; undefined if no cassette answers the run. */
function servedRun(events: readonly RecordedEvent[] | undefined): ServedRun | undefined {
  return events && runs.get(events);
}

/** A call that was recorded. */
interface RecordedCall {
  /** The path of the cassette, as messages show it. */
  readonly file: string;
  readonly interaction: InteractionRecord;
  readonly result: ResultRecord;
  /**
   * Whether this is the last of the answer's calls that reached a tool. The recorded changes of the context variables
   * are applied with that last call.
   */
  readonly isLast: boolean;
  readonly handsOff: boolean;
  /**
   * The index of the call's result in the messages of the next request; undefined if no cassette answers the run.
   */
  readonly at: number | undefined;
  readonly run: ServedRun | undefined;
}

function replaying(original: Callable, recorded: RecordedTools): Tool['execute'] {
  return (args: unknown, context) => {
    const call = recorded.find(original.name, context);
    if (!call.handsOff) return answerWith(call, context, undefined);
    return settled(
      () => original.execute(args, context) as unknown,
      (outcome) => answerWith(call, context, outcome.handoff),
      original.name,
    );
  };
}

function verifying(original: Callable, recorded: RecordedTools): Tool['execute'] {
  return (args: unknown, context) => {
    const call = recorded.find(original.name, context);
    return settled(
      () => original.execute(args, context) as unknown,
      (outcome) => {
        compare(original.name, call, outcome);
        return answerWith(call, context, outcome.handoff, outcome.thrown);
      },
      original.name,
    );
  };
}

/** Calls a tool, and passes its outcome, as the model would see it, to `goOn`. */
function settled(call: () => unknown, goOn: (outcome: CallOutcome) => unknown, name: string): unknown {
  const read = (value: unknown) => goOn(readReturn(name, value));
  const fail = (error: unknown) => goOn(thrownOutcome(name, error));
  let returned: unknown;
  try {
    returned = call();
  } catch (error) {
    return fail(error);
  }
  return isPromiseLike(returned) ? returned.then(read, fail) : read(returned);
}

/** Returns or throws the recorded result, as the tool would. */
function answerWith(
  { file, result, interaction, isLast, handsOff, run }: RecordedCall,
  { contextVariables }: ToolContext,
  agent: Agent | undefined,
  thrown?: Thrown,
): unknown {
  const secrets = run?.lane.secrets ?? new LaneSecrets();
  const { handoff, context } = interaction;
  if (isLast && context) {
    const set = secrets.revealData(context.set) as Readonly<Record<string, unknown>>;
    for (const [key, value] of Object.entries(set)) setOwn(contextVariables, key, value);
    for (const key of context.deleted)
      delete (contextVariables as Record<string, unknown>)[secrets.reveal(key)];
  }
  const content = secrets.reveal(joined(result.content));
  if (result.error) throw new RecordedFailure(content, result.error, thrown);
  if (!handsOff) return content;
  if (agent?.name !== handoff!.to)
    throw new CassetteMissError(
      `It handed off to "${handoff!.to}" when this was recorded, and now ${agent ? `hands off to "${agent.name}"` : 'does not hand off'}.`,
      missOf(file, result.tool, interaction, run),
    );
  return new Result({ value: content, agent });
}

function compare(
  tool: string,
  { file, interaction, result, at, run }: RecordedCall,
  outcome: CallOutcome,
): void {
  const recorded = joined(result.content);
  const now = run
    ? run.redactor.text(
        run.lane.secrets,
        outcome.content,
        ['request', 'messages', at ?? 0, 'content'],
        recorded,
      )
    : new LaneSecrets().hideText(outcome.content, recorded);
  if (comparableText(recorded) === comparableText(now)) return;
  const diff = lineDiff(recorded, now);
  if (!run)
    throw new CassetteMissError(
      `Its answer differs from the recorded one ("-" was recorded, "+" is new):\n${diff}`,
      missOf(file, tool, interaction, run),
    );
  // The conversation continues with the recorded result, so no request shows this difference. It is reported with the
  // next request, or at the end of the replay.
  run.lane.noted.push({ part: 'history', name: tool, ...(at !== undefined && { at }), diff });
}

/** The fields of the error for a call. */
function missOf(file: string, tool: string, interaction?: InteractionRecord, run?: ServedRun) {
  const lane = run && fieldsOf(run.lane);
  return { problem: 'tool', file, tool, ...lane, interaction: interaction?.number } as const;
}

/**
 * Finds recorded results by the run's position in the cassette, or by the id of the call if the position is unknown.
 */
class RecordedTools {
  readonly #path: string;
  readonly #shown: string;
  readonly #file: CassetteFile;

  constructor(path: string, file: CassetteFile) {
    this.#path = path;
    this.#shown = shownPath(path);
    this.#file = file;
  }

  find(tool: string, context: ToolContext): RecordedCall {
    const events = runOf(context);
    const run = servedRun(events);
    if (!run || !events) return this.#byCall(tool, context.toolCallId);
    if (run.path !== this.#path)
      throw new CassetteMissError(
        `Its answers are to come from ${this.#shown}, but the model's come from ${shownPath(run.path)}. Use one cassette for both.`,
        missOf(this.#shown, tool),
      );
    const interaction = run.lane.current!;
    const index = answeredSince(events);
    const { parts } = run.lane.last!;
    const at = parts.start + parts.history.length + 1 + index;
    return this.#call(tool, interaction, index, at, run);
  }

  /**
   * Finds a call by its id. The position is unknown if another provider answers the run, or if the context is a copy,
   * which does not lead to the run.
   */
  #byCall(tool: string, id: string): RecordedCall {
    const found = this.#file.lanes
      .flatMap(({ interactions }) => interactions)
      .flatMap((interaction) =>
        recordedCallsOf(answerOf(interaction)).flatMap((call, index) =>
          call.id === id && call.name === tool ? [{ interaction, index }] : [],
        ),
      );
    const [first] = found;
    const contents = new Set(
      found.map(({ interaction, index }) => JSON.stringify(interaction.results?.[index])),
    );
    if (!first || contents.size > 1)
      throw new CassetteMissError(
        `${this.#shown} has ${first ? 'several results' : 'no result'} of the call "${id}" of this tool. Replay the model's answers from the same cassette: replayProvider(…).`,
        missOf(this.#shown, tool),
      );
    return this.#call(tool, first.interaction, first.index, undefined, undefined);
  }

  #call(
    tool: string,
    interaction: InteractionRecord,
    index: number,
    at: number | undefined,
    run: ServedRun | undefined,
  ): RecordedCall {
    const { results = [], handoff } = interaction;
    const result = results[index];
    if (result?.tool !== tool)
      throw new CassetteMissError(
        `${this.#shown} has no result of call ${index + 1} of interaction ${interaction.number}, which is of this tool. Record again.`,
        missOf(this.#shown, tool, interaction, run),
      );
    // If several calls of the tool could have handed off, the last one did, because the last handoff of an answer
    // wins.
    const handsOff =
      handoff?.tool === tool &&
      results.findLastIndex((other) => other.tool === tool && !other.error) === index;
    const isLast = index === results.findLastIndex(isExecuted);
    return { file: this.#shown, interaction, result, isLast, handsOff, at, run };
  }
}

/** Whether a call reached its tool. */
function isExecuted({ error }: ResultRecord): boolean {
  return error === undefined || error === 'threw' || error === 'not-serializable';
}

/** The number of results since the last answer. */
function answeredSince(events: readonly RecordedEvent[]): number {
  const answer = events.findLastIndex((event) => event.type === 'model-response');
  return events.slice(answer).filter((event) => event.type === 'tool-result').length;
}
