import { isPlainObject } from '../engine/values/copy.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { optionsProblem } from '../engine/values/known-fields.ts';
import { valueWords } from '../engine/values/value-words.ts';
import type { ChatCompletion, CompletionRequest } from '../engine/model/provider.ts';
import { ScriptMistakeError } from './script-errors.ts';
import type { Fault } from './faults.ts';

/**
 * One entry of a script: what the user says, or what the model answers. Plain JSON, or a function that returns the
 * model's answer to a request. One script plays streamed and unstreamed, in process and over HTTP.
 */
export type Step = UserStep | ModelStep | ((request: CompletionRequest) => ModelStep | Promise<ModelStep>);

/**
 * The next user message. A scenario sends it to the agent. With `scriptedProvider`, which cannot send it, the step
 * asserts that it is the last user message of the request. A user step answers no request, and `remaining` does not
 * count it.
 */
export interface UserStep {
  /** What the user says. */
  user: string;
}

/**
 * What the model answers. Text and calls may be in one answer, as in the API. Malformed steps are rejected when the
 * script is made: an empty step, `user` together with anything else, `args` together with `rawArgs`, and step options
 * on a call inside callTools.
 */
export interface ModelStep {
  /** The text of the answer. */
  say?: string;
  /** The tool calls of the answer, in order. */
  calls?: ToolCallStep[];
  /** A refusal, which the API sends instead of text. */
  refusal?: string;
  /**
   * A mistake on purpose: the request fails, or the answer is damaged. If the fault makes the request fail, the
   * step must not have content.
   */
  fault?: Fault;
  /** How long `swarmcheck serve` waits before it sends the answer, in milliseconds. Ignored elsewhere. */
  latencyMs?: number;
  /** Token counts that are reported with the answer. Not part of a trace's hash. */
  usage?: StepUsage;
  /** Default: "tool_calls" if there are calls, otherwise "stop". */
  finishReason?: string;
  /**
   * The answer is meant to be wrong: the request does not allow it, for example a text although its `tool_choice` is
   * "required". With true, the request may also allow it, and the calls of the answer are not checked.
   */
  hallucinated?: boolean;
}

/** Token counts as the API reports them. */
export type StepUsage = Pick<
  NonNullable<ChatCompletion['usage']>,
  'prompt_tokens' | 'completion_tokens' | 'total_tokens'
>;

/** One tool call of an answer. */
export interface ToolCallStep {
  /** The tool's name. */
  tool: string;
  /** Default: {}. */
  args?: object;
  /** The arguments as text, sent unchanged, for arguments that no schema would accept. Implies `hallucinated`. */
  rawArgs?: string;
  /** Default: "call_1", "call_2", … in the order in which the script is played. */
  id?: string;
  /**
   * The call is meant to be wrong: the tool is not offered, the arguments fail its schema, or the request does not
   * allow the call. With true, the call may also be valid.
   */
  hallucinated?: boolean;
}

/** Options that any answer can have. */
export interface StepOptions extends Pick<
  ModelStep,
  'latencyMs' | 'usage' | 'finishReason' | 'fault' | 'hallucinated'
> {}

/** A step with one call: `callTool` returns it and `callTools` takes it. */
export interface CallStep extends ModelStep {
  /** Exactly one. */
  calls: [ToolCallStep];
}

/** A step in which the user says `content`. */
export function user(content: string): UserStep {
  return { user: content };
}

/** The model answers with text. */
export function say(content: string, options: StepOptions = {}): ModelStep {
  return { say: content, ...options };
}

/** The options that `callTool` takes as its third argument. */
export const callOptions = ['id', 'hallucinated', 'say', 'latencyMs', 'usage', 'finishReason', 'fault'];

/** The model calls one tool. If `args` is a string, it is sent unchanged as `rawArgs`. */
export function callTool(
  tool: string,
  args?: object | string,
  options: StepOptions & { id?: string; hallucinated?: boolean; say?: string } = {},
): CallStep {
  if (typeof tool !== 'string') {
    throw new ScriptMistakeError(
      sentence`${{ where: 'callTool' }} takes ${{ expected: "the tool's name" }} first, then its arguments, but was given ${{ given: valueWords(tool) }} first.${nameAdvice(tool)}`,
    );
  }
  const problem = optionsProblem('callTool', options, callOptions);
  if (problem !== undefined) throw new ScriptMistakeError(problem);
  const { id, hallucinated, ...stepOptions } = options;
  const call: ToolCallStep = { tool };
  if (typeof args === 'string') call.rawArgs = args;
  else if (args !== undefined) call.args = args;
  if (id !== undefined) call.id = id;
  if (hallucinated !== undefined) call.hallucinated = hallucinated;
  return { calls: [call], ...stepOptions };
}

/** A hint if a tool or a function was given instead of the tool's name. */
function nameAdvice(given: unknown): string {
  const { name, execute } = (given ?? {}) as { name?: unknown; execute?: unknown };
  const isTool = typeof given === 'function' || typeof execute === 'function';
  return isTool && typeof name === 'string' && name !== ''
    ? ` Write callTool(${JSON.stringify(name)}, …).`
    : '';
}

/**
 * The model asks for several calls in one completion: `callTools([callTool('a'), callTool('b', { x: 1 })])`. Throws a
 * ScriptMistakeError if a call has step options, because they belong to the whole answer.
 */
export function callTools(
  calls: readonly [CallStep, ...CallStep[]],
  options: StepOptions & { say?: string } = {},
): ModelStep {
  if (!Array.isArray(calls))
    throw new ScriptMistakeError(
      sentence`${{ where: 'callTools' }} takes ${{ expected: 'a list of calls' }}, but was given ${{ given: valueWords(calls) }}. Write callTools([callTool(…), callTool(…)]).`,
    );
  for (const [index, call] of (calls as readonly unknown[]).entries()) {
    const place = fact({ call: index + 1 }, `Call ${index + 1} of callTools`);
    if (!isPlainObject(call) || !Array.isArray(call['calls'])) {
      throw new ScriptMistakeError(
        sentence`${place} must be ${{ expected: 'made by callTool(…)' }}, but is ${{ given: valueWords(call) }}.`,
      );
    }
    const misplaced = Object.keys(call).filter((key) => key !== 'calls');
    if (misplaced.length > 0) {
      throw new ScriptMistakeError(
        sentence`${place} sets ${fact({ field: misplaced[0]! }, misplaced.join(', '))}, which belongs to the whole answer. Pass it as the second argument of callTools.`,
      );
    }
  }
  return { calls: calls.flatMap((call) => call.calls), ...options };
}

/** The model refuses. */
export function refuse(refusal: string, options: StepOptions = {}): ModelStep {
  return { refusal, ...options };
}

/** The request fails, or its answer is damaged, as the fault says. */
export function modelFails(fault: Fault, options: Pick<StepOptions, 'latencyMs'> = {}): ModelStep {
  return { fault, ...options };
}
