/** Records with a script in place of a model, and asks without a run. */
import type { CompletionOptions, CompletionProvider, CompletionRequest, Message } from 'swarmcheck';
import { recordingProvider, scriptedProvider, type Step } from 'swarmcheck/testing';
import { answeredBy, saying } from '../../support/completions.ts';
import { textOf } from '../../../src/trace/format.ts';
import type { Folder } from '../folder.ts';

/** A function that asks a provider. */
export type Play<T = unknown> = (provider: CompletionProvider) => Promise<T>;

/** Records the answers of these steps to `play`, which must use all of them. */
export async function record<T>(cassette: string, steps: readonly Step[], play: Play<T>): Promise<T> {
  using script = scriptedProvider(steps);
  await using provider = recordingProvider(script, { cassette });
  return await play(provider);
}

/** The message of an error, without the path of the folder. */
export function said(error: unknown, { path }: Folder): string {
  return (error as Error).message.replaceAll(path, '…');
}

/** A message of the user. */
export function user(content: string): Message & CompletionRequest['messages'][number] {
  return { role: 'user', content };
}

/** A request without instructions. */
export function asking(...messages: CompletionRequest['messages']): CompletionRequest {
  return { model: 'm', messages };
}

/** The text of the answer to a question without a history. */
export async function answerTo(
  provider: CompletionProvider,
  question: string,
  options?: CompletionOptions,
): Promise<string | null | undefined> {
  return (await provider.complete(asking(user(question)), options)).choices[0]?.message.content;
}

/** The same provider, with changed requests. */
export function changing(
  provider: CompletionProvider,
  change: (request: CompletionRequest) => object,
): CompletionProvider {
  const changed = (request: CompletionRequest) => ({ ...request, ...change(request) });
  return {
    complete: (request, options) => provider.complete(changed(request), options),
    stream: (request, options) => provider.stream(changed(request), options),
  };
}

/** A conversation without an engine: each question continues from all messages so far. */
export class Talk {
  readonly messages: CompletionRequest['messages'] = [];
  readonly #provider: CompletionProvider;
  readonly #options: CompletionOptions | undefined;

  constructor(provider: CompletionProvider, conversation?: string) {
    this.#provider = provider;
    this.#options = conversation === undefined ? undefined : { conversation };
  }

  /** Returns the text of the answer. */
  async ask(question: string): Promise<string | null> {
    this.messages.push(user(question));
    const { choices } = await this.#provider.complete(asking(...this.messages), this.#options);
    const { message } = choices[0]!;
    this.messages.push(message);
    return message.content;
  }
}

/**
 * A model whose answer contains the conversation, the last message and a count of requests, so all answers differ.
 */
function counting(): CompletionProvider {
  return answeredBy(({ messages }, options, count) =>
    saying(`${options?.conversation ?? ''} ${textOf(messages.at(-1)?.content)} ${count}`.trim()),
  );
}

/** Records the answers of a model that counts. */
export async function recordCounting<T>(cassette: string, play: Play<T>): Promise<T> {
  await using provider = recordingProvider(counting(), { cassette });
  return await play(provider);
}
