/** Records answers of a model, and replays them. */
import type { ChatCompletionChunk, CompletionProvider } from 'swarmcheck';
import { recordingProvider, replayProvider, type ReplayOptions } from 'swarmcheck/testing';
import { readAll } from '../../support/completions.ts';
import { asking, type Play, user } from '../replay/tapes.ts';

/** Records what this model answers to `play`. */
export async function record<T>(cassette: string, live: CompletionProvider, play: Play<T>): Promise<T> {
  await using provider = recordingProvider(live, { cassette });
  return await play(provider);
}

/** Answers `play` from the recording. */
export async function replay<T>(cassette: string, play: Play<T>, options?: ReplayOptions): Promise<T> {
  using provider = replayProvider(cassette, options);
  return await play(provider);
}

/** The question of all requests here. */
export const question = asking(user('What is it?'));

export const whole: Play = (provider) => provider.complete(question);
export const pieces: Play<ChatCompletionChunk[]> = (provider) => readAll(provider.stream(question));

/** The result of reading a stream: its chunks, and the error that ended it. */
export interface Reading {
  chunks: ChatCompletionChunk[];
  error?: unknown;
}

/** Reads to the end, or until `count` chunks have arrived. */
export async function read(
  provider: CompletionProvider,
  count = Infinity,
  signal?: AbortSignal,
): Promise<Reading> {
  const chunks: ChatCompletionChunk[] = [];
  try {
    for await (const chunk of provider.stream(question, { signal })) {
      chunks.push(chunk);
      if (chunks.length === count) break;
    }
  } catch (error) {
    return { chunks, error };
  }
  return { chunks };
}
