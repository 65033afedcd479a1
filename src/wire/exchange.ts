import type { CompletionRequest } from '../engine/model/provider.ts';
import { Arrivals } from './arrivals.ts';

/** A request and its answer, as they went over the wire. */
export interface Exchange {
  /** The body without `stream` and `stream_options`, which only say how the answer is sent. Frozen. */
  readonly request: CompletionRequest;
  /** The completion, whole or folded from the chunks that were sent; absent until there is one. */
  completion?: unknown;
  /** Why the client got no usable completion. */
  error?: { name: string; message: string; status?: number };
  /** Whether the client left before it had read all of the answer. */
  isLeft?: boolean;
}

/** How an answer is to be sent. */
export interface AnswerForm {
  readonly stream: boolean;
  /**
   * Whether usage is sent. always: with counts of 0 if a scripted answer lacks them. given: only if the answer has
   * counts. never: the request did not ask for usage.
   */
  readonly usage: 'always' | 'given' | 'never';
}

/** The exchanges with one model, in the order the requests came. */
export class WireLog {
  readonly exchanges: Exchange[] = [];
  /** All requests, also those without an exchange, because they were for another path. */
  readonly arrivals = new Arrivals();

  /** Adds a request. The caller sets the answer on the exchange that is returned. */
  add(request: CompletionRequest): Exchange {
    const exchange: Exchange = { request };
    this.exchanges.push(exchange);
    return exchange;
  }
}
