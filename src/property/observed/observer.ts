import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionOptions,
  CompletionProvider,
  CompletionRequest,
} from '../../engine/model/provider.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import type { StreamPiece } from '../../engine/run/run-state.ts';
import { AgentCopies, type Callable } from '../../engine/tools/agent-copies.ts';
import type { Agent } from '../../engine/tools/agent.ts';
import { standardSchemaOf, type ToolContext } from '../../engine/tools/tool.ts';
import { copyData } from '../../engine/values/copy.ts';
import { isPromiseLike } from '../../engine/values/promise.ts';
import type { PlayObserver } from '../../scenario/play-observer.ts';
import { readReturned } from '../reference-model/plain-values.ts';
import type {
  AgentThen,
  Moment,
  Observation,
  SeenCall,
  SeenHook,
  SeenRequest,
  SeenRun,
} from './observation.ts';

/** Notes everything that happens in a play, in order, and aborts the play at a given moment. */
export class Observer implements PlayObserver, Observation {
  readonly conversation = 'the observed conversation';
  readonly runs: SeenRun[] = [];
  readonly hookCount: number;
  readonly #abortAt: number;
  readonly #controller = new AbortController();
  readonly #copies = new AgentCopies((original) => (args, context) => this.#call(original, args, context));
  /** The active agent, according to what the tools returned. */
  #active: Agent | undefined;
  /** The agent with which the current run started. */
  #first: Agent | undefined;
  /** The last agent that a tool of this turn returned. It is active from the next request on. */
  #next: Agent | undefined;
  #count = 0;

  /** `abortAt` is the number of the moment at which the play is aborted, from 1. 0 means never. */
  constructor(hookCount: number, abortAt: number) {
    this.hookCount = hookCount;
    this.#abortAt = abortAt;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get reason(): Error | undefined {
    return this.signal.reason as Error | undefined;
  }

  agent(given: Agent): Agent {
    return this.#copies.copyOf(given);
  }

  runStarts(agent: Agent): void {
    this.runs.push({ requests: [], calls: [], moments: [] });
    const reached = this.#next ?? this.#active ?? agent;
    // After a rejected run, the conversation continues with the agent from before that run.
    this.#active = agent === this.#first ? agent : reached;
    this.#first = this.#active;
    this.#next = undefined;
  }

  piece(piece: StreamPiece): void {
    if (piece.type === 'stream-delta') this.#note({ what: 'piece', delta: piece.delta });
  }

  hooks(given: readonly Hooks[]): readonly Hooks[] {
    const own = Array.from({ length: this.hookCount }, (_none, index) => this.#hooksAt(index));
    return [...own.slice(0, 1), ...given, ...own.slice(1)];
  }

  provider(given: CompletionProvider): CompletionProvider {
    return {
      complete: async (request, options) => await this.#complete(given, request, options),
      stream: (request, options) => this.#stream(given, request, options),
    };
  }

  /** The first hook of each kind is synchronous, and the others are not. */
  #hooksAt(place: number): Hooks {
    const observed =
      (name: keyof Hooks) =>
      (event: SeenHook['event']): void | Promise<void> => {
        const of: SeenHook = { kind: 'hook', name, place, event };
        this.#note({ what: 'begin', of });
        if (place === 0) this.#note({ what: 'end', of });
        else return Promise.resolve().then(() => this.#note({ what: 'end', of }));
      };
    return {
      beforeModel: observed('beforeModel'),
      afterModel: observed('afterModel'),
      beforeTool: observed('beforeTool'),
      afterTool: observed('afterTool'),
    };
  }

  #request(
    { messages, tools, ...rest }: CompletionRequest,
    options: CompletionOptions | undefined,
    isStreamed: boolean,
  ): SeenRequest {
    this.#active = this.#next ?? this.#active;
    this.#next = undefined;
    // The provider may change the lists; their items are frozen.
    const request = { ...rest, messages: [...messages], ...(tools && { tools: [...tools] }) };
    const agent = fieldsOf(this.#active!);
    const of: SeenRequest = { kind: 'request', request, options, agent, isStreamed, chunks: [] };
    this.#run.requests.push(of);
    this.#note({ what: 'begin', of });
    return of;
  }

  async #complete(
    given: CompletionProvider,
    request: CompletionRequest,
    options: CompletionOptions | undefined,
  ): Promise<ChatCompletion> {
    const of = this.#request(request, options, false);
    return await this.#answering(of, async () => {
      const answer = await given.complete(request, options);
      of.answer = answer;
      this.#endRequest(of, 'answered');
      return answer;
    });
  }

  #stream(
    given: CompletionProvider,
    request: CompletionRequest,
    options: CompletionOptions | undefined,
  ): AsyncIterable<ChatCompletionChunk> {
    const of = this.#request(request, options, true);
    const chunks = given.stream(request, options)[Symbol.asyncIterator]();
    const next = (): Promise<IteratorResult<ChatCompletionChunk>> =>
      this.#answering(of, async () => {
        const item = await chunks.next();
        if (item.done) this.#endRequest(of, 'answered');
        else this.#chunk(of, item.value);
        return item;
      });
    const close = async (): Promise<IteratorResult<ChatCompletionChunk>> => {
      this.#endRequest(of, 'closed');
      await chunks.return?.();
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next, return: close }) };
  }

  async #answering<T>(of: SeenRequest, answer: () => Promise<T>): Promise<T> {
    try {
      return await answer();
    } catch (error) {
      this.#endRequest(of, 'failed');
      throw error;
    }
  }

  #chunk(of: SeenRequest, chunk: ChatCompletionChunk): void {
    of.chunks.push(chunk);
    // A damaged chunk has no choices.
    const delta = (chunk.choices as ChatCompletionChunk['choices'] | undefined)?.[0]?.delta;
    this.#note({ what: 'chunk', of, delta });
  }

  #endRequest(of: SeenRequest, end: NonNullable<SeenRequest['end']>): void {
    if (of.end) return;
    of.end = end;
    const moment: Moment = { what: 'end', of };
    // A run closes a stream when it has ended already, so this moment does not abort it.
    if (end === 'closed') this.#run.moments.push(moment);
    else this.#note(moment);
  }

  #call(original: Callable, args: unknown, context: ToolContext): unknown {
    const { contextVariables, toolCallId, signal } = context;
    const of: SeenCall = {
      kind: 'tool',
      turn: this.#run.requests.length,
      name: original.name,
      args: copyData(args),
      mayDiffer: hasSchemaLibrary(this.#active, original.name),
      contextVariables,
      toolCallId,
      signal,
    };
    this.#run.calls.push(of);
    this.#note({ what: 'begin', of });
    let returned: unknown;
    try {
      returned = original.execute(args, context);
    } catch (error) {
      this.#threw(of, error);
      throw error;
    }
    if (!isPromiseLike(returned)) return this.#returned(of, returned);
    return Promise.resolve(returned).then(
      (value) => this.#returned(of, value),
      (error: unknown) => {
        this.#threw(of, error);
        throw error;
      },
    );
  }

  #threw(of: SeenCall, thrown: unknown): void {
    of.end = { thrown };
    this.#note({ what: 'end', of });
  }

  #returned(of: SeenCall, returned: unknown): unknown {
    const { content, agent } = readSafely(returned);
    of.end = { content };
    if (agent) this.#next = this.#copies.copyOf(agent);
    this.#note({ what: 'end', of });
    return returned;
  }

  get #run(): SeenRun {
    return this.runs.at(-1)!;
  }

  #note(moment: Moment): void {
    const { moments } = this.#run;
    moments.push(moment);
    if (++this.#count !== this.#abortAt) return;
    moments.push({ what: 'abort' });
    this.#controller.abort(new Error(`aborted at moment ${this.#abortAt}`));
  }
}

/** A value that cannot even be read is answered with an error, as one that cannot be sent as text. */
function readSafely(returned: unknown): ReturnType<typeof readReturned> {
  try {
    return readReturned(returned);
  } catch {
    return { content: undefined };
  }
}

function fieldsOf(agent: Agent): AgentThen {
  const { name, model, instructions, functions, toolChoice, parallelToolCalls } = agent;
  return {
    name,
    model,
    instructions: typeof instructions === 'string' ? instructions : undefined,
    tools: functions.map((one) => one.name),
    toolChoice,
    parallelToolCalls,
  };
}

function hasSchemaLibrary(agent: Agent | undefined, name: string): boolean {
  const tool = agent?.functions.find((one) => one.name === name);
  return typeof tool === 'object' && standardSchemaOf(tool) !== undefined;
}
