/// <reference lib="esnext.disposable" preserve="true" />
import { AsyncLocalStorage } from 'node:async_hooks';
import type { CompletionProvider, CompletionRequest } from '../engine/model/provider.ts';
import { isError, UsageError } from '../engine/values/engine-errors.ts';
import { isExpectedMisfit } from '../script/misfits.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import type { Step } from '../script/steps.ts';
import { ScriptNotFinishedError } from '../script/script-errors.ts';
import { RunTrace, type Trace } from '../trace/trace.ts';
import { answerApi } from './api.ts';
import { isMocking } from './mocking-state.ts';
import { currentOwner } from './reports.ts';
import type { ApiRequest } from './respond.ts';
import { asProvider, assertServedWell, servedApi } from './served-api.ts';
import { WireTracer } from './wire-trace.ts';

/** A model that answers HTTP requests in place of the API; see `mockModel` of "swarmcheck/msw". */
export interface MockModel extends Disposable {
  /** The address of this mock, for clients whose base URL can be set. */
  readonly baseURL: string;
  /**
   * Calls `run` and returns its result. Only this mock answers the requests that `run` makes, except requests to the
   * `baseURL` of another mock.
   */
  isolate<T>(run: () => T): T;
  /** The bodies of the requests, in the order they came, without `stream` and `stream_options`. */
  readonly requests: readonly CompletionRequest[];
  /**
   * The trace, read from the requests and answers: calls, their results, and handoffs as far as requests show them.
   */
  readonly trace: Trace;
  /**
   * Throws the first mistake (such as a request beyond the script). Without one, it calls the `assertComplete`
   * of the provider, which throws a ScriptNotFinishedError for unused steps. After `assertComplete` has thrown once,
   * it does not throw again.
   */
  assertComplete(): void;
}

/**
 * The mock that the running code made or is isolated to. Code in `isolate` is answered by no other mock, unless it
 * uses the address of one.
 */
const places = new AsyncLocalStorage<{ mock: Mock; isIsolated: boolean }>();

/** The mocks that have not ended, oldest first. */
const live: Mock[] = [];
let made = 0;

/**
 * A model that answers any client, however it was created, including a bare `new OpenAI()`. It plays the steps, or
 * asks the provider, for example a cassette. It needs the setup file `swarmcheck/msw/setup` (`setupFiles` in
 * vitest.config.ts), or a call of `startMocking`, before any client is created.
 *
 * The newest live mock answers, except that an async function which made its own mock is answered by that mock. If
 * several mocks are live at once, use `isolate` or the `baseURL` of each. With `baseURL` in the options, the mock
 * answers only requests to that address. Disposing of a mock throws what `assertComplete` throws. Throws a
 * ScriptMistakeError for a malformed step, and a UsageError if mocking has not started.
 */
export function mockModel(
  answers: readonly Step[] | CompletionProvider,
  options: { baseURL?: string | undefined } = {},
): MockModel {
  if (!isMocking()) {
    throw new UsageError(
      sentence`${fact({ where: 'mockModel', expected: 'startMocking()' })}Mocking has not started, so no request would reach this model. Add setupFiles: ["swarmcheck/msw/setup"] to "test" in vitest.config.ts; in other runners, call startMocking() of "swarmcheck/msw" before you build the first client.`,
    );
  }
  const mock = new Mock(answers, options.baseURL);
  live.push(mock);
  // Applies to everything that the caller does from here on. So each of several concurrent tests asks its own mock.
  places.enterWith({ mock, isIsolated: false });
  return mock;
}

/** The mock that answers a request; undefined if none does. */
export function mockFor({ url }: { url: string }): Mock | undefined {
  const addressed = live.find((mock) => mock.isAddressed(url, mock.baseURL));
  if (addressed) return addressed;
  const owner = currentOwner();
  // A test is not answered by the mock of a concurrent test.
  const fits = (mock: Mock) =>
    live.includes(mock) && mock.answers(url) && (!owner || !mock.owner || mock.owner === owner);
  const here = places.getStore();
  if (here?.isIsolated || (here && fits(here.mock))) return fits(here.mock) ? here.mock : undefined;
  return live.findLast(fits);
}

/**
 * Ends the live mocks of an owner, which is a test. With `check`, throws for the first mock with a mistake or unused
 * steps. Returns the first mistake of each mock that has one.
 */
export function endMocksOf(isOwner: (owner: unknown) => boolean, check: boolean): Error[] {
  const ended = live.filter((mock) => isOwner(mock.owner));
  for (const mock of ended) mock.end();
  if (check) for (const mock of ended) mock.assertComplete();
  return ended.flatMap((mock) => mock.mistake ?? []);
}

/** A mock, with the methods that route requests to it. */
export class Mock implements MockModel {
  readonly baseURL: string;
  /** The test that made this mock. */
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

  /** The first mistake that the test has not seen; undefined without one. */
  get mistake(): Error | undefined {
    const error = this.#mistake?.error;
    return this.#hasTold || !isError(error) || isExpectedMisfit(error) ? undefined : error;
  }

  assertComplete(): void {
    if (this.#hasTold) return;
    try {
      assertServedWell(this.#mistake, this.#provider);
    } catch (error) {
      this.#hasTold = true;
      const came = this.#served.log.arrivals.came(this.#only);
      throw error instanceof ScriptNotFinishedError ? error.after(came) : error;
    }
  }

  [Symbol.dispose](): void {
    this.end();
    this.assertComplete();
  }

  /** Stops answering. */
  end(): void {
    const index = live.indexOf(this);
    if (index >= 0) live.splice(index, 1);
  }

  answers(url: string): boolean {
    // A generated address belongs to one mock, and is not answered after that mock has ended.
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
