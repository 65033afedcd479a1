import { isAgent, refusalOfAgent, type Agent } from '../tools/agent.ts';
import { unknownWords } from '../values/known-fields.ts';
import { valueWords } from '../values/value-words.ts';
import type OpenAI from 'openai';
import { assertValidMessages, type Message } from '../model/messages.ts';
import { assertValidContextVariables } from './context.ts';
import type { Response } from './run-record.ts';
import { sentence } from '../values/error-facts.ts';
import { addFacts, UsageError } from '../values/engine-errors.ts';

/** The options of `run`. */
export type RunOptions<C extends object = any> = RunSettings<C> & ContextOption<C>;

/**
 * Required if the agent's type needs context variables. Plain objects, arrays, Map, Set and Date are copied.
 * Functions and other instances are passed by reference, and appear in a trace as "[Function name]", "[ClassName]".
 */
export type ContextOption<C extends object> = {} extends C
  ? { contextVariables?: C | undefined }
  : { contextVariables: C };

/**
 * Swarm's arguments to `run` (Swarm's README, "Arguments"), and those for async use: `signal` and `conversation`.
 */
export interface RunSettings<C extends object = any> {
  /** The agent that is active first. */
  agent: Agent<C>;
  /** The conversation so far. It is copied, never changed. */
  messages: readonly Message[];
  /** The model to ask instead of each agent's own. */
  modelOverride?: string | undefined;
  /**
   * Default: Infinity. A turn is one completion and the tool calls it asks for. With 0 or less, no model is called.
   * `run` rejects with a RangeError for NaN or a fraction.
   */
  maxTurns?: number | undefined;
  /** Default: true. With false, the run ends when the model first asks for tools. */
  executeTools?: boolean | undefined;
  /** Default: false. With true, each event is printed as readable text to the Swarm's `log`. */
  debug?: boolean | undefined;
  /**
   * Aborts the run: it rejects with the signal's reason at once, and starts no further model call or tool. The
   * provider and the tools get the signal too.
   */
  signal?: AbortSignal | undefined;
  /** Passed to the provider, to distinguish conversations. */
  conversation?: string | undefined;
}

/**
 * Swarm's stream events in Swarm's order; the last one is `{ response }`. `{ delim: 'start' }` comes once the
 * provider has answered, so it is absent if the request fails at once. Nothing is requested before iteration starts.
 */
export type StreamEvent<C extends object = any> =
  | { delim: 'start' | 'end' }
  | (OpenAI.Chat.Completions.ChatCompletionChunk.Choice.Delta & { sender?: string })
  | { response: Response<C> };

const known = new Set([
  'agent',
  'messages',
  'contextVariables',
  'modelOverride',
  'maxTurns',
  'executeTools',
  'debug',
  'signal',
  'conversation',
  'stream',
]);

/** Names that other libraries use for these options. */
const aliases = { context: 'contextVariables', model: 'modelOverride' };

/** Throws a TypeError or a RangeError that names the option, the given value and the expected one. */
export function assertValidRunOptions(options: RunOptions & { stream?: boolean | undefined }): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) throw notOneObject(options);
  for (const name of Object.keys(options)) if (!known.has(name)) throw unknownOption(options, name);
  const { agent, messages, contextVariables, modelOverride, maxTurns, executeTools, debug, stream, signal } =
    options;
  if (!isAgent(agent))
    throw new UsageError(refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'a run' }}`, agent));
  assertValidMessages('a run', messages);
  if (contextVariables !== undefined) assertValidContextVariables('a run', contextVariables);
  if (
    signal !== undefined &&
    typeof (signal as Partial<AbortSignal> | null)?.addEventListener !== 'function'
  ) {
    throw new UsageError(
      sentence`The ${{ field: 'signal' }} of ${{ where: 'a run' }} must be ${{ expected: 'an AbortSignal' }}, but is ${{ given: valueWords(signal) }}.`,
    );
  }
  if (maxTurns !== undefined && !Number.isInteger(maxTurns) && Math.abs(maxTurns) !== Infinity) {
    const problem = sentence`${{ field: 'maxTurns' }} must be ${{ expected: 'a whole number or Infinity' }}, but is ${{ given: valueWords(maxTurns) }}.`;
    throw addFacts(new RangeError(problem.text), problem);
  }
  assertBoolean('executeTools', executeTools);
  assertBoolean('debug', debug);
  assertBoolean('stream', stream);
  if (modelOverride !== undefined && typeof modelOverride !== 'string')
    throw new UsageError(
      sentence`${{ field: 'modelOverride' }} must be ${{ expected: 'the name of a model' }}, but is ${{ given: valueWords(modelOverride) }}.`,
    );
}

/** A string such as "false" would count as true. */
function assertBoolean(name: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean')
    throw new UsageError(
      sentence`${{ field: name }} must be ${{ expected: 'true or false' }}, but is ${{ given: valueWords(value) }}.`,
    );
}

function notOneObject(given: unknown): UsageError {
  return new UsageError(
    sentence`${{ where: 'run' }} takes ${{ expected: 'one object' }}: run({ agent, messages }). It was given ${{ given: valueWords(given) }}.`,
  );
}

function unknownOption(options: object, name: string): UsageError {
  if (isAgent(options)) return notOneObject(options);
  return new UsageError(
    sentence`${{ where: 'run' }} has no ${unknownWords('option', name, [...known], aliases)}`,
  );
}
