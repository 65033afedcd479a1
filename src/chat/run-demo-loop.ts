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

/** How `runDemoLoop` talks. */
export type DemoLoopOptions<C extends object = any> = DemoLoopSettings & ContextOption<C>;

/** The same without the context variables. */
export interface DemoLoopSettings {
  /** Who answers; the live API, through the openai package, where it is not given. */
  provider?: CompletionProvider | undefined;
  /** As those of a Swarm. */
  hooks?: Hooks | readonly Hooks[] | undefined;
  /** false. Whether answers are shown while they come. */
  stream?: boolean | undefined;
  /** 100. How many turns a message may take. */
  maxTurns?: number | undefined;
  /** Asked instead of every agent's own model. */
  modelOverride?: string | undefined;
  /** process.stdin. Texts that are read as lines: each may hold several, or a part of one. */
  input?: Iterable<string> | AsyncIterable<string | Uint8Array> | undefined;
  /** process.stdout. Colours are used where it is a terminal, and NO_COLOR is not set. */
  output?: { write(text: string): unknown; isTTY?: boolean } | undefined;
  /** Ends the loop, and the turn that is under way. */
  signal?: AbortSignal | undefined;
}

/** What a demo loop came to: as the options of the next run take it. */
export interface DemoLoopResult<C extends object = any> {
  /** All messages, the user's included. */
  messages: Message[];
  /** The agent that was active at the end. */
  agent: Agent;
  /** As the last run left them. */
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
 * A conversation with agents in the terminal: Swarm's `run_demo_loop`. Each line goes to the agent that is active; calls,
 * their results and handoffs are shown as they happen; messages, agent and context variables are carried on (Swarm's README,
 * "you can pass these values to your next run").
 *
 * `/help` lists what can be typed beside messages. Ctrl-C stops an answer, and the conversation is where it was before that
 * message; what keeps a message from being answered is shown, and ends nothing. Resolves at the end of the input, after
 * `/exit`, or when the signal is aborted. Throws a TypeError for options that nobody reads or could use.
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
  // Loaded with the first loop: a terminal is not what most programs have.
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

/** Throws a TypeError for what could not be used, before anybody has said anything. */
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
    throw wrong('output', 'something that has a function "write"', output);
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
