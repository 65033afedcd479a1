import { isPlainObject } from '../engine/values/copy.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { optionsProblem } from '../engine/values/known-fields.ts';
import { valueWords } from '../engine/values/value-words.ts';
import type { ChatCompletion, CompletionRequest } from '../engine/model/provider.ts';
import { ScriptMistakeError } from './script-errors.ts';
import type { Fault } from './faults.ts';

/**
 * What happens next in a conversation: plain JSON, functions aside. One script plays streamed and
 * not, in process and over HTTP.
 */
export type Step = UserStep | ModelStep | ((request: CompletionRequest) => ModelStep | Promise<ModelStep>);

/**
 * The next user message. In a provider's script: asserts that the request's last user message is
 * this one; no answer, not counted in `remaining`.
 */
export interface UserStep {
  /** What the user says. */
  user: string;
}

/**
 * What the model answers. Text and calls may stand together, as in the API. Malformed, and refused
 * when the script is made: an empty step, `user` beside anything else, `args` beside `rawArgs`,
 * options on a call inside callTools.
 */
export interface ModelStep {
  /** The text of the answer. */
  say?: string;
  /** The tool calls it asks for, in order. */
  calls?: ToolCallStep[];
  /** A refusal, which the API sends in place of text. */
  refusal?: string;
  /** Alone: the request fails. Beside content: the answer is damaged in this way. */
  fault?: Fault;
  /** Virtual in `simulate`, real in `serve`, not waited for elsewhere. */
  latencyMs?: number;
  /** Reported with the answer; no part of a trace's hash. */
  usage?: StepUsage;
  /** "tool_calls" with calls, else "stop". */
  finishReason?: string;
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
  /** {} */
  args?: object;
  /** Sent as it is, for arguments no schema would pass. Implies hallucinated; a marked call that happens to be valid is fine. */
  rawArgs?: string;
  /** "call_1", "call_2", … in the order of the script. */
  id?: string;
  /** The call is meant to be wrong: not offered to the model, or arguments that fail the schema. */
  hallucinated?: boolean;
}

/** What may be said about any answer. */
export interface StepOptions extends Pick<ModelStep, 'latencyMs' | 'usage' | 'finishReason' | 'fault'> {}

/** A step with one call: what `callTool` makes and `callTools` takes. */
export interface CallStep extends ModelStep {
  /** Exactly one. */
  calls: [ToolCallStep];
}

/** The user says this. */
export function user(content: string): UserStep {
  return { user: content };
}

/** The model answers with text. */
export function say(content: string, options: StepOptions = {}): ModelStep {
  return { say: content, ...options };
}

/** What the third argument of `callTool` may hold. */
export const callOptions = ['id', 'hallucinated', 'say', 'latencyMs', 'usage', 'finishReason', 'fault'];

/** The model calls one tool. `args` as a string are sent raw, as they are. */
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

/** For a tool, or the function that is one, in place of its name. */
function nameAdvice(given: unknown): string {
  const { name, execute } = (given ?? {}) as { name?: unknown; execute?: unknown };
  const isTool = typeof given === 'function' || typeof execute === 'function';
  return isTool && typeof name === 'string' && name !== ''
    ? ` Write callTool(${JSON.stringify(name)}, …).`
    : '';
}

/**
 * The model asks for several calls in one completion:
 * `callTools([callTool('a'), callTool('b', { x: 1 })])`. Throws a ScriptMistakeError where a call
 * carries options of a step: they belong to the whole answer.
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
        sentence`${place} carries ${fact({ field: misplaced[0]! }, misplaced.join(', '))}, which belongs to the whole answer: pass it as the second argument of callTools.`,
      );
    }
  }
  return { calls: calls.flatMap((call) => call.calls), ...options };
}

/** The model refuses. */
export function refuse(refusal: string, options: StepOptions = {}): ModelStep {
  return { refusal, ...options };
}

/** The request fails, or its answer is damaged, in the way the fault says. */
export function modelFails(fault: Fault, options: Pick<StepOptions, 'latencyMs'> = {}): ModelStep {
  return { fault, ...options };
}
