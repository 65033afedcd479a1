import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionProvider,
  CompletionRequest,
} from '../engine/model/provider.ts';
import { ChunkFold } from '../engine/model/fold-chunks.ts';
import type { RecordedEvent } from '../engine/run/events.ts';
import { RequestOptions } from '../engine/run/run-of.ts';
import { materialize } from '../trace/materialize.ts';
import { LaneSecrets } from '../secrets/lane-secrets.ts';
import { CassetteSession } from './session.ts';
import type { CassetteFile } from './format/format.ts';
import type { CassetteSettings } from './session-settings.ts';

/** A run that has ended, with its answers, each folded to a completion. */
interface PastRun {
  readonly events: readonly RecordedEvent[];
  readonly answers: readonly ChatCompletion[];
}

/** Keeps runs that have ended, so that they can be recorded later. Runs that were undone are not kept. */
export class PastRuns {
  readonly #inner: CompletionProvider;
  readonly #runs: PastRun[] = [];
  #answers: ChatCompletion[] = [];

  constructor(provider: CompletionProvider) {
    this.#inner = provider;
  }

  /** Asks the given provider, and keeps its answers. */
  readonly provider: CompletionProvider = {
    complete: async (request, options) => {
      // A run that was stopped may get its answer during the next run, so each request keeps the list of its own run.
      const answers = this.#answers;
      const completion = await this.#inner.complete(request, options);
      answers.push(completion);
      return completion;
    },
    stream: (request, options) => this.#kept(this.#inner.stream(request, options)),
  };

  /** The number of runs that are kept. */
  get count(): number {
    return this.#runs.length;
  }

  /** Keeps the run that has just ended. If `events` is undefined, the run was undone and is not kept. */
  end(events: readonly RecordedEvent[] | undefined): void {
    if (events) this.#runs.push({ events, answers: this.#answers });
    this.#answers = [];
  }

  /**
   * Writes the cassette. Returns its content and the secrets that were hidden. Rejects with a CassetteFileError if
   * the cassette cannot be written.
   */
  async record(
    settings: Pick<CassetteSettings, 'path' | 'origin' | 'known'>,
  ): Promise<{ cassette: CassetteFile; secrets: LaneSecrets }> {
    const answers = this.#runs.flatMap((run) => run.answers);
    const live: CompletionProvider = {
      complete: async () => answers.shift()!,
      stream: () => {
        throw new Error('A saved chat can only be replayed unstreamed.');
      },
    };
    const session = new CassetteSession({
      ...settings,
      file: undefined,
      live,
      writesAtEnd: true,
    });
    try {
      for (const { events } of this.#runs) await askAgain(session, events);
      session.close();
    } catch (error) {
      session.discard();
      throw error;
    }
    const { tape } = session;
    return { cassette: tape.toFile(), secrets: tape.lanes[0]?.secrets ?? new LaneSecrets() };
  }

  async *#kept(stream: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<ChatCompletionChunk> {
    const answers = this.#answers;
    const fold = new ChunkFold();
    for await (const chunk of stream) {
      fold.add(chunk);
      yield chunk;
    }
    answers.push(fold.completion() as ChatCompletion);
  }
}

/** Repeats the requests of a run. With each request, `session` sees only the events that had happened by then. */
async function askAgain(session: CassetteSession, past: readonly RecordedEvent[]): Promise<void> {
  const events: RecordedEvent[] = [];
  for (const event of past) {
    events.push(event);
    if (event.type !== 'model-request') continue;
    const { request } = materialize(event, 1) as { request: CompletionRequest };
    await session.complete(request, new RequestOptions(undefined, undefined, events));
  }
}
