import { ActiveRun } from './active-run.ts';
import { answeredIn } from './answered-calls.ts';
import { ownContext, reading, traceContext } from './context.ts';
import { debugPrinter } from './debug.ts';
import type { RecordedEvent } from './events.ts';
import { hooksOf, type Hooks } from './hooks.ts';
import type { RunState } from './run-state.ts';
import { assertCanAnswer, parseProvider, isClient, isProvider } from '../model/valid-provider.ts';
import { enter, toWire, type WireMessage } from '../model/messages.ts';
import { assertKnownFields } from '../values/known-fields.ts';
import { openaiProvider } from '../model/openai-provider.ts';
import { valueWords } from '../values/value-words.ts';
import { isAgent } from '../tools/agent.ts';
import type { CompletionProvider } from '../model/provider.ts';
import { assertValidRunOptions, type RunOptions, type StreamEvent } from './run-options.ts';
import type { Response } from './run-record.ts';
import { watched, watchedStream } from './watch.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/** The provider and the hooks that all runs of a Swarm share. */
export interface SwarmParts {
  readonly provider: CompletionProvider;
  readonly hooks: readonly Hooks[];
}

/** A registered symbol, so that two copies of the package in one process share it. */
const partsKey = Symbol.for('swarmcheck.swarm');

/** The provider and the hooks of a Swarm; undefined for another object with a `run` method. */
export function partsOf(swarm: object): SwarmParts | undefined {
  return (swarm as { [partsKey]?: SwarmParts })[partsKey];
}

/**
 * Runs agents: Swarm's client. Holds no state between runs, so one Swarm serves any number of conversations at once.
 */
export class Swarm {
  readonly #provider: CompletionProvider;
  readonly #hooks: readonly Hooks[];
  readonly #log: (line: string) => void;

  /** Without a provider, uses `openaiProvider()`, the live API. Throws a TypeError for invalid options. */
  constructor(
    options: {
      provider?: CompletionProvider | undefined;
      hooks?: Hooks | readonly Hooks[] | undefined;
      /**
       * Where `debug: true` prints: called with one line at a time, without the line break. Default: writes to
       * stderr.
       */
      log?: ((line: string) => void) | undefined;
    } = {},
  ) {
    assertValidOptions(options);
    const { provider, hooks, log } = options;
    if (log !== undefined && typeof log !== 'function')
      throw new UsageError(
        sentence`The ${{ field: 'log' }} of ${{ where: 'a Swarm' }} must be ${{ expected: 'a function that takes a line' }}, but is ${{ given: valueWords(log) }}.`,
      );
    this.#provider = provider === undefined ? openaiProvider() : parseProvider(provider);
    this.#hooks = hooksOf(hooks);
    this.#log = log ?? ((line) => process.stderr.write(`${line}\n`));
  }

  /**
   * Asks the model, executes the tools it calls, follows handoffs, and repeats until the model asks for no more calls
   * (Swarm's README, `client.run()`).
   *
   * Resolves to a Response. With `stream: true`, returns Swarm's stream events instead; the last one holds the
   * Response, and the stream can be iterated once. The caller's messages and context variables are never changed.
   *
   * Rejects with the error of a provider, a hook or an instruction function, or with the reason of an abort, as the
   * same object (see `partialResponse`); with InvalidCompletionError for an answer that the loop cannot act on; with
   * TypeError or RangeError for invalid options, for an agent that cannot be offered to a model, or for a tool whose
   * schema cannot be used.
   */
  run<C extends object = any>(options: RunOptions<C> & { stream?: false | undefined }): Promise<Response<C>>;
  run<C extends object = any>(options: RunOptions<C> & { stream: true }): AsyncIterable<StreamEvent<C>>;
  run<C extends object = any>(
    options: RunOptions<C> & { stream?: boolean | undefined },
  ): Promise<Response<C>> | AsyncIterable<StreamEvent<C>>;
  run(
    options: RunOptions & { stream?: boolean | undefined },
  ): Promise<Response> | AsyncIterable<StreamEvent> {
    // With a `stream` that is not a boolean, the promise rejects: only a caller who passed true iterates the result.
    return options?.stream === true
      ? new RunStream(() => this.#start(options), options)
      : watched(
          () => whatIsRun(options),
          () => this.#run(options),
        );
  }

  /** @internal For `partsOf`. */
  get [partsKey](): SwarmParts {
    return { provider: this.#provider, hooks: this.#hooks };
  }

  async #run(options: RunOptions): Promise<Response> {
    const run = this.#start(options);
    await run.advance();
    return run.response;
  }

  #start(options: RunOptions & { stream?: boolean | undefined }): ActiveRun {
    const onEvent = options?.debug === true ? debugPrinter(this.#log) : undefined;
    return startRun(this.#provider, this.#hooks, options, onEvent);
  }
}

/**
 * Throws a TypeError for a provider in place of the options, or for a client, which Swarm takes in Python. The value
 * would be ignored silently, and the live API would be asked.
 */
function assertValidOptions(options: unknown): void {
  const isOptions = typeof options === 'object' && options !== null && 'provider' in options;
  if (!isOptions && isClient(options)) {
    throw new UsageError(
      sentence`${{ where: 'A Swarm' }} takes ${{ expected: 'one object' }}, but was given ${{ given: 'an OpenAI client' }}. Make a provider from it: new Swarm({ provider: openaiProvider(client) }).`,
    );
  }
  if (!isOptions && isProvider(options)) {
    throw new UsageError(
      sentence`${{ where: 'A Swarm' }} takes ${{ expected: 'one object' }}, but was given ${{ given: 'a provider' }}. Pass it as a field: new Swarm({ provider }).`,
    );
  }
  assertKnownFields('A Swarm', options, ['provider', 'hooks', 'log'], { client: 'provider' });
}

/**
 * Validates and copies the input of a run. Nothing is requested before the run is advanced. `onEvent` is called with
 * each event when it happens.
 */
export function startRun(
  provider: CompletionProvider,
  hooks: readonly Hooks[],
  options: RunOptions & { stream?: boolean | undefined },
  onEvent?: (event: RecordedEvent) => void,
): ActiveRun {
  assertValidRunOptions(options);
  assertCanAnswer(provider, options.stream === true);
  return new ActiveRun(stateOf(provider, hooks, options, []), onEvent);
}

/** The state of a run with these events, made from valid options. Copies what belongs to the caller. */
export function stateOf(
  provider: CompletionProvider,
  hooks: readonly Hooks[],
  options: RunOptions & { stream?: boolean | undefined },
  events: RecordedEvent[],
): RunState {
  const { signal, contextVariables = {} } = options;
  const input = options.messages.map(enter);
  return {
    provider,
    hooks,
    input,
    history: [unset, ...input.map(toWire)],
    modelOverride: options.modelOverride,
    maxTurns: options.maxTurns ?? Infinity,
    executeTools: options.executeTools ?? true,
    stream: options.stream ?? false,
    signal,
    conversation: options.conversation,
    events,
    toolSignal: signal ? () => signal : neverAborted(),
    agent: options.agent,
    ...reading('a run', contextVariables, () => ({
      contextVariables: ownContext(contextVariables),
      tracedContext: traceContext(contextVariables),
    })),
    answers: undefined,
    answered: answeredIn(options.messages, options.agent),
  };
}

/** The placeholder for the system message, until the first request is made. */
const unset: WireMessage = Object.freeze({ role: 'system', content: '' });

/** A signal for the tools of a run that cannot be aborted; created on first use. */
function neverAborted(): () => AbortSignal {
  let signal: AbortSignal | undefined;
  return () => (signal ??= new AbortController().signal);
}

/** The name of a run in messages. */
function whatIsRun(options: Partial<RunOptions> | undefined): string {
  return isAgent(options?.agent) ? `the run of the agent "${options.agent.name}"` : 'a run';
}

/** A run that is read as a stream. It copies its input at once, starts when it is read, and can be read once. */
class RunStream implements AsyncIterable<StreamEvent> {
  #run: ActiveRun | undefined;
  /** An error in the options. The reader of the stream gets it, as the caller of an unstreamed run does. */
  readonly #mistake: { error: unknown } | undefined;
  readonly #options: RunOptions;

  constructor(start: () => ActiveRun, options: RunOptions) {
    this.#options = options;
    try {
      this.#run = start();
    } catch (error) {
      this.#mistake = { error };
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent> {
    const run = this.#run;
    if (!run && !this.#mistake) {
      throw new UsageError(
        'The stream of a run can be iterated only once. Call run again to get another one.',
      );
    }
    this.#run = undefined;
    return readRun(run, this.#mistake, this.#options);
  }
}

async function* readRun(
  run: ActiveRun | undefined,
  mistake: { error: unknown } | undefined,
  options: RunOptions,
): AsyncGenerator<StreamEvent> {
  if (!run) throw mistake?.error;
  const ended = watchedStream(() => whatIsRun(options));
  try {
    for (let piece = await run.advance(); piece; piece = await run.advance()) {
      yield piece.type === 'stream-delim' ? { delim: piece.delim } : piece.delta;
    }
    yield { response: run.response };
  } finally {
    await run.close();
    ended();
  }
}
