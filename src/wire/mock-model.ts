/// <reference lib="esnext.disposable" preserve="true" />
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CompletionProvider, CompletionRequest } from '../engine/model/provider.ts';
import type { Step } from '../script/steps.ts';
import { RunTrace, type Trace } from '../trace/trace.ts';
import { answerApi } from './api.ts';
import { isMocking } from './mocking-state.ts';
import { currentOwner } from './reports.ts';
import type { ApiRequest } from './respond.ts';
import { asProvider, servedApi } from './served-api.ts';
import { WireTracer } from './wire-trace.ts';

/** A model at the wire, see "swarmcheck/msw". */
export interface MockModel extends Disposable {
  /** Its own address, for clients that can be pointed at it. */
  readonly baseURL: string;
  /** Whatever `run` starts is answered by this mock alone. */
  isolate<T>(run: () => T): T;
  /** The bodies of the requests, in the order they came, without what says how an answer is sent. */
  readonly requests: readonly CompletionRequest[];
  /** Read off the wire: calls, their results, and handoffs as far as requests show them. */
  readonly trace: Trace;
  /** Throws what went wrong at the wire (a request beyond the script), else what its provider says is left: a ScriptNotFinishedError for steps. */
  assertComplete(): void;
}

/** The mock of the code that asks. Nobody else answers what `isolate` has run. */
const places = new AsyncLocalStorage<{ mock: Mock; isIsolated: boolean }>();

/** Those that can be asked, oldest first. */
const live: Mock[] = [];
let made = 0;

/**
 * A model that answers whatever client asks, however it was made: `new OpenAI()` needs nothing. It plays these steps, or asks
 * this provider: a cassette, for example. Needs the setup file `swarmcheck/msw/setup` (`setupFiles` in vitest.config.ts), or
 * `startMocking`, before any client is built.
 *
 * The newest live mock answers; in an async function that has made a mock of its own, that one. Where several live at once,
 * use `isolate` or each one's own `baseURL`. With `baseURL` in the options it answers requests to that address only.
 * Disposing of one throws what went wrong and what is left over. Throws a ScriptMistakeError for a malformed step.
 */
export function mockModel(
  answers: readonly Step[] | CompletionProvider,
  options: { baseURL?: string | undefined } = {},
): MockModel {
  if (!isMocking()) {
    throw new Error(
      'Nothing is mocked yet, so no request would reach this model. Add setupFiles: ["swarmcheck/msw/setup"] to "test" in vitest.config.ts; in other runners call startMocking() of "swarmcheck/msw" before the first client is built.',
    );
  }
  const mock = new Mock(answers, options.baseURL);
  live.push(mock);
  // For whatever the caller does from here on. Several tests at once have several mocks, and each asks its own.
  places.enterWith({ mock, isIsolated: false });
  return mock;
}

/** The mock that is to answer a request; undefined where there is none for it. */
export function mockFor({ url }: { url: string }): Mock | undefined {
  const addressed = live.find((mock) => mock.isAddressed(url, mock.baseURL));
  if (addressed) return addressed;
  const owner = currentOwner();
  // Of several tests at once none is answered by the mock of another.
  const fits = (mock: Mock) =>
    live.includes(mock) && mock.answers(url) && (!owner || !mock.owner || mock.owner === owner);
  const here = places.getStore();
  if (here?.isIsolated || (here && fits(here.mock))) return fits(here.mock) ? here.mock : undefined;
  return live.findLast(fits);
}

/** Ends the mocks that a test has made and not disposed of; throws for the first that went wrong or has steps left. */
export function endMocksOf(isOwner: (owner: unknown) => boolean, check: boolean): void {
  const ended = live.filter((mock) => isOwner(mock.owner));
  for (const mock of ended) mock.end();
  if (check) for (const mock of ended) mock.assertComplete();
}

/** A mock, as those see it that route requests to it. */
export class Mock implements MockModel {
  readonly baseURL: string;
  /** The test that made it. */
  readonly owner: unknown = currentOwner();
  readonly #only: string | undefined;
  readonly #provider: CompletionProvider & { assertComplete?: () => void };
  readonly #served: ReturnType<typeof servedApi>;
  #mistake: { error: unknown } | undefined;
  #hasTold = false;

  constructor(answers: readonly Step[] | CompletionProvider, baseURL: string | undefined) {
    this.#provider = asProvider(answers);
    this.#only = baseURL?.replace(/\/+$/, '');
    this.baseURL = this.#only ?? `http://mock-${++made}.swarmcheck.test/v1`;
    this.#served = servedApi(this.#provider, (error) => void (this.#mistake ??= { error }));
  }

  isolate<T>(run: () => T): T {
    return places.run({ mock: this, isIsolated: true }, run);
  }

  get requests(): readonly CompletionRequest[] {
    return this.#served.log.exchanges.map(({ request }) => request);
  }

  get trace(): Trace {
    const tracer = new WireTracer();
    for (const exchange of this.#served.log.exchanges) tracer.add(exchange);
    tracer.end();
    return new RunTrace(tracer.runs);
  }

  assertComplete(): void {
    if (this.#hasTold) return;
    if (this.#mistake) {
      this.#hasTold = true;
      throw this.#mistake.error;
    }
    try {
      this.#provider.assertComplete?.();
    } catch (error) {
      this.#hasTold = true;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.end();
    this.assertComplete();
  }

  /** From here on it answers nothing. */
  end(): void {
    const index = live.indexOf(this);
    if (index >= 0) live.splice(index, 1);
  }

  answers(url: string): boolean {
    // The address of a mock that is over is nobody's.
    if (this.#only === undefined) return !/^http:\/\/mock-\d+\.swarmcheck\.test\//.test(url);
    return this.isAddressed(url, this.#only);
  }

  isAddressed(url: string, address: string): boolean {
    return url === address || url.startsWith(`${address}/`);
  }

  async answer(request: ApiRequest): Promise<Response | undefined> {
    return await answerApi(request, this.#served);
  }
}
