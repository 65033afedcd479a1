import type { CompletionRequest } from '../engine/model/provider.ts';

/** A request and what came of it, as they went over the wire. */
export interface Exchange {
  /** The body, without what only says how the answer is to be sent. Frozen. */
  readonly request: CompletionRequest;
  /** The completion, whole or folded from the chunks that were sent; absent while there is none. */
  completion?: unknown;
  /** In place of a completion. */
  error?: { name: string; message: string; status?: number };
  /** Whether the client left before it had read all of the answer. */
  isLeft?: boolean;
}

/** How an answer is to be sent. */
export interface AnswerForm {
  readonly stream: boolean;
  /** always: with counts of 0 where there are none. given: where the answer has some. never: it was not asked for. */
  readonly usage: 'always' | 'given' | 'never';
}

/** The exchanges with one model, in the order the requests came. */
export class WireLog {
  readonly exchanges: Exchange[] = [];

  /** Notes a request. What comes of it is noted with what is returned. */
  add(request: CompletionRequest): Exchange {
    const exchange: Exchange = { request };
    this.exchanges.push(exchange);
    return exchange;
  }
}
