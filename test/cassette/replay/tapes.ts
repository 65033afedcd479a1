/** Recording with a script in place of a model, and asking without a run. */
import type { CompletionOptions, CompletionProvider, CompletionRequest, Message } from 'swarmcheck';
import { recordingProvider, scriptedProvider, type Step } from 'swarmcheck/testing';
import { answeredBy, saying } from '../../support/completions.ts';
import { textOf } from '../../../src/trace/format.ts';
import type { Folder } from '../folder.ts';

/** Something that asks a provider. */
export type Play<T = unknown> = (provider: CompletionProvider) => Promise<T>;

/** Records what these steps answer, to the last of them. */
export async function record<T>(cassette: string, steps: readonly Step[], play: Play<T>): Promise<T> {
  using script = scriptedProvider(steps);
  await using provider = recordingProvider(script, { cassette });
  return await play(provider);
}

/** What an error says, wherever the folder is. */
export function said(error: unknown, { path }: Folder): string {
  return (error as Error).message.replaceAll(path, '…');
}

/** A user's message. */
export function user(content: string): Message & CompletionRequest['messages'][number] {
  return { role: 'user', content };
}

/** A request without instructions. */
export function asking(...messages: CompletionRequest['messages']): CompletionRequest {
  return { model: 'm', messages };
}

/** The text of the answer to a user's question, that is asked alone. */
export async function answerTo(
  provider: CompletionProvider,
  question: string,
  options?: CompletionOptions,
): Promise<string | null | undefined> {
  return (await provider.complete(asking(user(question)), options)).choices[0]?.message.content;
}

/** The same provider under requests that are changed on their way. */
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

/** A conversation that is held by hand: each question goes on from what was said so far. */
export class Talk {
  readonly messages: CompletionRequest['messages'] = [];
  readonly #provider: CompletionProvider;
  readonly #options: CompletionOptions | undefined;

  constructor(provider: CompletionProvider, conversation?: string) {
    this.#provider = provider;
    this.#options = conversation === undefined ? undefined : { conversation };
  }

  /** The text of the answer. */
  async ask(question: string): Promise<string | null> {
    this.messages.push(user(question));
    const { choices } = await this.#provider.complete(asking(...this.messages), this.#options);
    const { message } = choices[0]!;
    this.messages.push(message);
    return message.content;
  }
}

/** A model that says what it was asked, and how often it was asked anything before: no two answers are alike. */
function counting(): CompletionProvider {
  return answeredBy(({ messages }, options, count) =>
    saying(`${options?.conversation ?? ''} ${textOf(messages.at(-1)?.content)} ${count}`.trim()),
  );
}

/** Records what is asked of a model that counts. */
export async function recordCounting<T>(cassette: string, play: Play<T>): Promise<T> {
  await using provider = recordingProvider(counting(), { cassette });
  return await play(provider);
}
