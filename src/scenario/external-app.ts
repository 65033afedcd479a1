import { fact } from '../engine/values/error-facts.ts';
import type { Message } from '../engine/model/messages.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import type { Outcome, RecordedEvent } from '../engine/run/events.ts';
import type { CameRequests } from '../script/script-errors.ts';
import { textOf } from '../trace/format.ts';
import { loadValidator } from '../wire/respond.ts';
import { inProcessFetch } from '../wire/in-process-fetch.ts';
import { servedApi } from '../wire/served-api.ts';
import type { HttpServer } from '../wire/server.ts';
import { WireTracer } from '../wire/wire-trace.ts';
import type { BlockWatch } from './blocking.ts';
import type { Subject } from './subject.ts';
import type { LongestPart, TimeLimit } from './timeout.ts';
import type { ExternalAgent } from './external-agent.ts';

/** Loads the modules that answer the requests of an app. */
export async function loadServer(): Promise<void> {
  await Promise.all([import('../wire/server.ts'), loadValidator()]);
}

/** The app of an external agent, as a scenario talks to it. */
export class ExternalApp implements Subject {
  readonly #app: ExternalAgent;
  readonly #watch: BlockWatch | undefined;
  readonly #tracer: WireTracer;
  readonly #served: ReturnType<typeof servedApi>;
  #messages: Message[];
  #server: Promise<HttpServer> | undefined;
  #mistake: { error: unknown } | undefined;
  #hasStarted = false;
  /** The address that the app was given. */
  #baseURL: string | undefined;

  constructor(
    app: ExternalAgent,
    provider: CompletionProvider,
    messages: readonly Message[] = [],
    watch?: BlockWatch,
  ) {
    this.#app = app;
    this.#watch = watch;
    const onMistake = (error: unknown) => void (this.#mistake ??= { error });
    this.#served = servedApi(provider, onMistake);
    this.#tracer = new WireTracer(app.naming, onMistake);
    this.#messages = [...messages];
  }

  get runs(): RecordedEvent[][] {
    return this.#tracer.runs;
  }

  get awaited(): string {
    return this.#hasStarted ? 'the app to answer the user' : 'the server of the script to start';
  }

  get longest(): LongestPart {
    return { what: 'the answer of the app' };
  }

  get came(): CameRequests {
    return this.#served.log.arrivals.came(this.#baseURL);
  }

  async run(said: readonly string[], limit: TimeLimit): Promise<undefined> {
    const messages = [...this.#messages, ...said.map((content): Message => ({ role: 'user', content }))];
    const from = this.#served.log.exchanges.length;
    try {
      const { serveOnLoopback } = await import('../wire/server.ts');
      // Kept as a promise, so that `close` also closes a server whose start was not awaited to the end.
      this.#server ??= serveOnLoopback(() => this.#served);
      const { url } = await limit.within(this.#server);
      this.#hasStarted = true;
      this.#baseURL = `${url}/v1`;
      const turn = {
        message: said.at(-1) ?? '',
        messages,
        baseURL: this.#baseURL,
        apiKey: 'swarmcheck',
        fetch: inProcessFetch(this.#served),
        signal: limit.signal,
      };
      const respond = () => this.#app.respond(turn);
      await limit.within(this.#watch ? this.#watch.call(fact({}, 'The app'), respond) : respond());
      this.#end(from, messages, 'completed');
    } catch (error) {
      this.#end(from, messages, limit.signal.aborted ? 'aborted' : 'failed');
      throw this.#mistake ? this.#mistake.error : error;
    }
    if (this.#mistake) throw this.#mistake.error;
    const answer = this.#served.log.exchanges
      .slice(from)
      .findLast(({ completion, error }) => !error && textIn(completion) !== '');
    const content = textIn(answer?.completion);
    this.#messages = content === '' ? messages : [...messages, { role: 'assistant', content }];
    return undefined;
  }

  async close(): Promise<void> {
    const server = await this.#server?.catch(() => undefined);
    await server?.close();
  }

  #end(from: number, messages: readonly Message[], outcome: Outcome): void {
    for (const exchange of this.#served.log.exchanges.slice(from)) this.#tracer.add(exchange);
    this.#tracer.end(this.#mistake ? 'failed' : outcome, messages);
  }
}

/** The text of a completion. */
function textIn(completion: unknown): string {
  const choices = (completion as { choices?: { message?: { content?: unknown } }[] } | undefined)?.choices;
  return textOf(choices?.[0]?.message?.content);
}
