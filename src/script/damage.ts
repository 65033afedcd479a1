import type { ChatCompletion, ChatCompletionChunk } from '../engine/model/provider.ts';
import type { Fault } from './faults.ts';

/** The part of a streamed answer that arrives, and how the stream ends. */
export interface ArrivingStream {
  chunks: readonly ChatCompletionChunk[];
  /**
   * whole: no frame is missing. cut: the stream ends cleanly in the middle. broken: the connection breaks. not-json:
   * the last frame is not JSON. html: the answer is an HTML page, not a stream.
   */
  end: 'whole' | 'cut' | 'broken' | 'not-json' | 'html';
}

/**
 * What arrives of an unstreamed answer: a completion, possibly damaged, or the reason why the body is not a
 * completion.
 */
export type ArrivingCompletion = ChatCompletion | Exclude<ArrivingStream['end'], 'whole'>;

/** The page that a proxy sends instead of the API's answer. */
export const htmlPage = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** A streamed answer as it arrives with this fault. Faults that do not damage the content change nothing here. */
export function damageStream(
  chunks: readonly ChatCompletionChunk[],
  fault: Fault | undefined,
): ArrivingStream {
  switch (fault?.kind) {
    case 'cut':
      return { chunks: chunks.slice(0, fault.afterChunks), end: fault.by === 'error' ? 'broken' : 'cut' };
    case 'bad-frame':
      return { chunks: chunks.slice(0, fault.afterChunks), end: 'not-json' };
    case 'malformed-json':
      return { chunks: [], end: 'not-json' };
    case 'html':
      return { chunks: [], end: 'html' };
    case 'no-finish-reason': {
      const unfinished = chunks.map((chunk) => ({
        ...chunk,
        choices: chunk.choices.map((choice) => ({ ...choice, finish_reason: null })),
      }));
      return { chunks: unfinished, end: 'whole' };
    }
    case 'missing-choices':
      // A cast, because the type requires choices, and this fault leaves them out.
      return { chunks: [{ ...chunks[0]!, choices: undefined as unknown as [] }], end: 'whole' };
    case 'empty-choices':
      return { chunks: [{ ...chunks[0]!, choices: [] }], end: 'whole' };
    default:
      return { chunks, end: 'whole' };
  }
}

/** `damageStream` for an unstreamed answer. */
export function damageCompletion(completion: ChatCompletion, fault: Fault | undefined): ArrivingCompletion {
  switch (fault?.kind) {
    case 'cut':
      return fault.by === 'error' ? 'broken' : 'cut';
    case 'bad-frame':
    case 'malformed-json':
      return 'not-json';
    case 'html':
      return 'html';
    case 'no-finish-reason': {
      const choices = completion.choices.map((choice) => ({
        ...choice,
        finish_reason: null as unknown as 'stop',
      }));
      return { ...completion, choices };
    }
    case 'missing-choices':
      return { ...completion, choices: undefined as unknown as [] };
    case 'empty-choices':
      return { ...completion, choices: [] };
    default:
      return completion;
  }
}
