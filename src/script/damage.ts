import type { ChatCompletion, ChatCompletionChunk } from '../engine/model/provider.ts';
import type { Fault } from './faults.ts';

/** What arrives of a streamed answer, and how it ends. */
export interface ArrivingStream {
  chunks: readonly ChatCompletionChunk[];
  /**
   * whole: with all that belongs to it. cut: a clean end in the middle. broken: the connection breaks. not-json: with a frame
   * that is none. html: there never was a stream, but a page.
   */
  end: 'whole' | 'cut' | 'broken' | 'not-json' | 'html';
}

/** What arrives of a whole answer: a completion, damaged or not, or how the body is no completion at all. */
export type ArrivingCompletion = ChatCompletion | Exclude<ArrivingStream['end'], 'whole'>;

/** The page a proxy answers with in place of the API. */
export const htmlPage = '<html><body><h1>502 Bad Gateway</h1></body></html>';

/** A streamed answer as it arrives under a fault that damages its content. */
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
      // Not a chunk by its type: that is the fault.
      return { chunks: [{ ...chunks[0]!, choices: undefined as unknown as [] }], end: 'whole' };
    case 'empty-choices':
      return { chunks: [{ ...chunks[0]!, choices: [] }], end: 'whole' };
    default:
      return { chunks, end: 'whole' };
  }
}

/** The same for a whole answer. */
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
