import { assertKnownFields } from '../engine/values/known-fields.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { parseProvider } from '../engine/model/valid-provider.ts';
import type { Message } from '../engine/model/messages.ts';
import { openaiProvider } from '../engine/model/openai-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { assertValidContextVariables } from '../engine/run/context.ts';
import { hooksOf, type Hooks } from '../engine/run/hooks.ts';
import type { ContextOption } from '../engine/run/run-options.ts';
import { isAgent, refusalOfAgent, type Agent } from '../engine/tools/agent.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** The options of `runDemoLoop`. */
export type DemoLoopOptions<C extends object = any> = DemoLoopSettings & ContextOption<C>;

/** The options of `runDemoLoop` without the context variables. */
export interface DemoLoopSettings {
  /** Produces the answers. Default: the live API, through the openai package. */
  provider?: CompletionProvider | undefined;
  /** Hooks, as a Swarm takes them. */
  hooks?: Hooks | readonly Hooks[] | undefined;
  /** Whether answers are shown while they arrive. Default: false. */
  stream?: boolean | undefined;
  /** How many turns a message may take. Default: 100. */
  maxTurns?: number | undefined;
  /** The model to ask instead of each agent's own. */
  modelOverride?: string | undefined;
  /** Texts that are read as lines; each may contain several lines, or part of one. Default: process.stdin. */
  input?: Iterable<string> | AsyncIterable<string | Uint8Array> | undefined;
  /**
   * Where the conversation is written. Default: process.stdout. Colours are used if `isTTY` is true and NO_COLOR is
   * not set.
   */
  output?: { write(text: string): unknown; isTTY?: boolean } | undefined;
  /** When aborted, ends the loop and the run in progress. */
  signal?: AbortSignal | undefined;
}

/** The state at the end of a demo loop. Its fields are valid options of the next run. */
export interface DemoLoopResult<C extends object = any> {
  /** All messages, including the user's. */
  messages: Message[];
  /** The agent that was active at the end. */
  agent: Agent;
  /** The context variables after the last run. */
  contextVariables: C;
}

const fields = [
  'provider',
  'hooks',
  'stream',
  'maxTurns',
  'modelOverride',
  'contextVariables',
  'input',
  'output',
  'signal',
];

/**
 * A conversation with agents in the terminal: Swarm's `run_demo_loop`. Each line goes to the active agent. Calls,
 * their results and handoffs are shown as they happen. Messages, agent and context variables carry over from one
 * message to the next (Swarm's README, "you can pass these values to your next run").
 *
 * `/help` lists the commands. Ctrl-C stops an answer. If an answer fails or is stopped, that is shown, and the
 * conversation continues from where it was before the message. Resolves at the end of the input, after `/exit`, or
 * when the signal is aborted. Rejects with a TypeError for an unknown option or an invalid value.
 */
export async function runDemoLoop<C extends object = any>(
  agent: Agent<C>,
  ...[options]: {} extends C ? [options?: DemoLoopOptions<C>] : [options: DemoLoopOptions<C>]
): Promise<DemoLoopResult<C>> {
  const given: DemoLoopSettings & { contextVariables?: object | undefined } = options ?? {};
  if (!isAgent(agent))
    throw new UsageError(
      refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'runDemoLoop' }}`, agent),
    );
  assertKnownFields('runDemoLoop', given, fields, { context: 'contextVariables', model: 'modelOverride' });
  assertValidOptions(given);
  const { provider, hooks, stream = false, maxTurns = 100, modelOverride, contextVariables = {} } = given;
  assertValidContextVariables('runDemoLoop', contextVariables);
  const { input = process.stdin, output = process.stdout, signal } = given;
  // These modules are loaded with the first loop, because most programs do not need a terminal.
  const [{ holdChat }, { ChatPrinter }, { styleFor }] = await Promise.all([
    import('./session.ts'),
    import('./printer.ts'),
    import('../report/style.ts'),
  ]);
  const chat = await holdChat({
    agent,
    provider:
      provider === undefined ? openaiProvider() : parseProvider(provider, 'The provider of runDemoLoop'),
    hooks: hooksOf(hooks),
    contextVariables,
    stream,
    maxTurns,
    modelOverride,
    printer: new ChatPrinter(
      (text) => void output.write(text),
      styleFor(output.isTTY === true && !process.env['NO_COLOR']),
    ),
    input,
    output,
    signal,
  });
  return {
    messages: [...chat.messages],
    agent: chat.agent,
    contextVariables: chat.contextVariables as C,
  };
}

/** Throws a TypeError for an invalid option, before the conversation begins. */
function assertValidOptions({
  stream,
  maxTurns,
  modelOverride,
  input,
  output,
  signal,
}: DemoLoopSettings): void {
  if (stream !== undefined && typeof stream !== 'boolean') throw wrong('stream', 'true or false', stream);
  if (maxTurns !== undefined && maxTurns !== Infinity && !(Number.isInteger(maxTurns) && maxTurns > 0))
    throw wrong('maxTurns', 'a whole number above 0', maxTurns);
  if (modelOverride !== undefined && typeof modelOverride !== 'string')
    throw wrong('modelOverride', 'the name of a model', modelOverride);
  if (input !== undefined && !isIterable(input)) throw wrong('input', 'a list or a stream of texts', input);
  if (output !== undefined && typeof (output as { write?: unknown } | null)?.write !== 'function')
    throw wrong('output', 'an object with a function "write"', output);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw wrong('signal', 'an AbortSignal', signal);
}

function wrong(what: string, wanted: string, value: unknown): TypeError {
  return new UsageError(
    sentence`The ${{ field: what }} of ${{ where: 'runDemoLoop' }} must be ${{ expected: wanted }}, but is ${{ given: valueWords(value) }}.`,
  );
}

function isIterable(value: unknown): boolean {
  if (typeof value === 'string') return true;
  return (
    typeof value === 'object' && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value)
  );
}
