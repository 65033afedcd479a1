import { isAgent, type Agent, type ContextVariables } from '../tools/agent.ts';
import {
  argumentsSummary,
  parseToolArguments,
  parseArguments,
  ToolSchemaError,
  type ParsedToolArguments,
} from '../tools/arguments.ts';
import type { ToolCall } from '../model/completion.ts';
import { ownContext } from './context.ts';
import { freezeData } from '../values/copy.ts';
import { errorName, isError, isNativeError, shorten } from '../values/engine-errors.ts';
import type { RecordedEvent, Thrown, ToolErrorKind } from './events.ts';
import { callHooks, type Hooks } from './hooks.ts';
import { CallContext } from './run-of.ts';
import { callWatcher } from './watch.ts';
import { isPromiseLike } from '../values/promise.ts';
import type { PreparedAgent } from '../tools/prepared-agent.ts';
import { holdsAgent, isResult } from '../tools/result.ts';
import type { ToolContext } from '../tools/tool.ts';

/** The outcome of a call: the text that answers it, and its effects on the run. */
export interface CallOutcome {
  content: string;
  error?: ToolErrorKind;
  /** The thrown value, if the answer reports it to the model. */
  thrown?: Thrown;
  handoff?: Agent;
  contextVariables?: object;
  /** The event for `afterTool`. Present if there are hooks and the tool was executed. */
  executed?: Parameters<NonNullable<Hooks['afterTool']>>[0];
}

/** The information about the run that a call needs. */
export interface CallScene {
  agent: Agent;
  prepared: PreparedAgent;
  contextVariables: ContextVariables;
  hooks: readonly Hooks[];
  turn: number;
  /** The events of the run so far. */
  events: readonly RecordedEvent[];
  /** The answers that replace the results of calls; undefined if all calls are executed. */
  answers?: ReadonlyMap<ToolCall, unknown> | undefined;
  /** The run's signal, or one that is never aborted. */
  signal(): AbortSignal;
  /**
   * Throws the abort's reason if the run was aborted. The run is over then, so an error of a tool does not become an
   * answer.
   */
  throwIfAborted(): void;
}

/**
 * Runs one tool call. A mistake in the call becomes its answer, never an exception, so that the agent can recover
 * (Swarm's README, "Functions"). Only errors that are not the call's fault are thrown: a hook's error, an abort, and
 * a schema that cannot be used (ToolSchemaError).
 */
export function* runToolCall(
  call: ToolCall,
  scene: CallScene,
): Generator<PromiseLike<unknown>, CallOutcome, unknown> {
  const { name } = call.function;
  if (scene.answers?.has(call)) return readReturn(name, scene.answers.get(call));
  const prepared = scene.prepared.tools.get(name);
  if (!prepared) return failed('unknown-tool', `Tool ${name} not found. ${toolsSummary(scene.prepared)}`);

  const { tool, takesArguments, takesContext } = prepared;
  const summary = takesArguments ? argumentsSummary : () => withoutArguments(name);
  const parsed = parseArguments(call.function.arguments);
  if (!('args' in parsed)) {
    return failed(parsed.kind, `Invalid arguments for tool ${name}. ${parsed.problem} ${summary(tool)}`);
  }

  let checked: ParsedToolArguments;
  try {
    const verdict = parseToolArguments(tool, parsed.args, call.function.arguments);
    checked = isPromiseLike(verdict) ? ((yield verdict) as ParsedToolArguments) : verdict;
  } catch (error) {
    scene.throwIfAborted();
    if (error instanceof ToolSchemaError) throw error;
    return { ...failed('threw', thrownText(name, error)), thrown: { value: error, by: 'schema' } };
  }
  if ('problems' in checked) {
    return failed(
      'invalid-arguments',
      `Invalid arguments for tool ${name}. ${checked.problems.join(' ')} ${summary(tool)}`,
    );
  }

  const about = { agent: scene.agent, name, toolCallId: call.id, turn: scene.turn };
  if (scene.hooks.length > 0) {
    const seen = freezeData((parseArguments(call.function.arguments) as { args: object }).args);
    yield* callHooks(scene.hooks, 'beforeTool', { ...about, args: seen });
    scene.throwIfAborted();
  }
  let outcome: CallOutcome;
  let thrown: { error: unknown } | undefined;
  try {
    // A plain function gets only the context variables, so no signal has to be created for it.
    const context = takesContext ? contextOf(scene, call.id) : (scene as unknown as ToolContext);
    const returned: unknown = callWatcher
      ? callWatcher({ kind: 'tool', name }, () => tool.execute(checked.args, context))
      : tool.execute(checked.args, context);
    outcome = readReturn(name, isPromiseLike(returned) ? yield returned : returned);
  } catch (error) {
    scene.throwIfAborted();
    thrown = { error };
    outcome = thrownOutcome(name, error);
  }
  if (scene.hooks.length > 0) outcome.executed = { ...about, content: outcome.content, ...thrown };
  return outcome;
}

/** The outcome of a tool call that threw. */
export function thrownOutcome(name: string, error: unknown): CallOutcome {
  return error instanceof RecordedFailure
    ? { content: error.content, error: error.kind, ...(error.thrown && { thrown: error.thrown }) }
    : { ...failed('threw', thrownText(name, error)), thrown: { value: error, by: 'tool' } };
}

/** Thrown in place of a tool that failed when it was recorded. The call is answered with the recorded text. */
export class RecordedFailure extends Error {
  override readonly name = 'RecordedFailure';
  readonly content: string;
  readonly kind: ToolErrorKind;
  /** The value that the tool threw now, if it was called to compare its result. */
  readonly thrown: Thrown | undefined;

  constructor(content: string, kind: ToolErrorKind, thrown?: Thrown) {
    super(content);
    this.thrown = thrown;
    this.content = content;
    this.kind = kind;
  }
}

function contextOf(scene: CallScene, toolCallId: string): ToolContext {
  return new CallContext(scene.contextVariables, scene.signal(), toolCallId, scene.events);
}

function failed(error: ToolErrorKind, text: string): CallOutcome {
  return { content: `Error: ${text}`, error };
}

function toolsSummary({ tools }: PreparedAgent): string {
  return tools.size === 0 ? 'There are no tools.' : `Available tools: ${[...tools.keys()].join(', ')}.`;
}

function withoutArguments(name: string): string {
  return `This tool takes no arguments: call it with {}. (To give it arguments, its author defines it with tool({ name: "${name}", parameters: … }).)`;
}

/**
 * The message of an Error reaches the model, which needs it to recover. Only the name of a native error reaches the
 * model, because its message differs between Node versions, and the model can do nothing about it.
 */
function thrownText(name: string, error: unknown): string {
  if (isError(error)) {
    return `Tool ${name} failed: ${isNativeError(error) ? error.name : messageOf(error) || errorName(error)}`;
  }
  if (error === undefined) return `Tool ${name} failed: it threw undefined.`;
  const stringified = jsonText(error);
  return `Tool ${name} failed: ${'text' in stringified ? stringified.text : stringified.problem}`;
}

/** `message` is typed as a string, but it may be any value, or a getter that throws. */
function messageOf(error: { message: unknown }): string {
  try {
    return error.message === undefined ? '' : shorten(error.message, Infinity);
  } catch {
    return '';
  }
}

/** Reads the value that a tool returned: the answer to the model, a handoff and context variables. */
export function readReturn(name: string, returned: unknown): CallOutcome {
  if (isAgent(returned)) return { content: JSON.stringify({ assistant: returned.name }), handoff: returned };
  if (!isResult(returned)) return readValue(name, returned);
  const outcome = readValue(name, returned.value);
  if (outcome.error) return outcome;
  if (returned.agent) outcome.handoff = returned.agent;
  // Copied here, so that an error while copying becomes the call's answer.
  outcome.contextVariables = ownContext(returned.contextVariables);
  return outcome;
}

function readValue(name: string, value: unknown): CallOutcome {
  // Its instructions would be sent to the model. Usually `new Result` was forgotten.
  if (holdsAgent(value))
    return failed(
      'not-serializable',
      `Tool ${name} ran, but returned an agent inside another value, which cannot be sent as text. To hand off, it returns the agent itself, or new Result({ value, agent }).`,
    );
  const stringified = jsonText(value);
  return 'text' in stringified
    ? { content: stringified.text }
    : failed(
        'not-serializable',
        `Tool ${name} ran, but returned ${stringified.problem}, which cannot be sent as text.`,
      );
}

function jsonText(value: unknown): { text: string } | { problem: string } {
  if (typeof value === 'string') return { text: value };
  if (value === undefined) return { text: '' };
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    return {
      problem:
        typeof value === 'bigint'
          ? 'a bigint'
          : 'an object that is not JSON (it contains a bigint or itself)',
    };
  }
  return text === undefined ? { problem: `a ${typeof value}` } : { text };
}
