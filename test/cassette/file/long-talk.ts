/** A conversation of any length. Other processes import this file, too, so it imports only types. */
import type {
  ChatCompletion,
  CompletionProvider,
  CompletionRequest,
} from '../../../src/engine/model/provider.ts';

const question = (turn: number) => `Question ${turn}?`;

/** The answer in a turn, counted from 1; `by` tells recordings apart. */
const answer = (by: string, turn: number): string =>
  `${by}, turn ${turn}:\n${`${turn} is a number. `.repeat(60)}`;

/** The answers in this many turns. */
export const answers = (by: string, turns: number): string[] =>
  Array.from({ length: turns }, (_, index) => answer(by, index + 1));

/** A model whose answers contain `by` and the number of the turn. */
export function model(by: string): CompletionProvider {
  return {
    complete: async ({ messages }) => {
      const content = answer(by, messages.filter(({ role }) => role === 'user').length);
      const message = { role: 'assistant', content };
      const choices = [{ index: 0, message, finish_reason: 'stop', logprobs: null }];
      return {
        id: 'c',
        object: 'chat.completion',
        created: 0,
        model: 'm',
        choices,
      } as unknown as ChatCompletion;
    },
    stream: () => {
      throw new Error('It does not stream.');
    },
  };
}

/** Has the conversation, and yields each answer as it arrives. */
export async function* talk(provider: CompletionProvider, turns: number): AsyncGenerator<string | null> {
  const messages: CompletionRequest['messages'] = [];
  for (let turn = 1; turn <= turns; turn++) {
    messages.push({ role: 'user', content: question(turn) });
    const { message } = (await provider.complete({ model: 'm', messages })).choices[0]!;
    messages.push(message);
    yield message.content;
  }
}

/** All answers; `tell` is called after each one. */
export async function answersIn(
  conversation: AsyncIterable<string | null>,
  tell?: () => void,
): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for await (const text of conversation) {
    texts.push(text);
    tell?.();
  }
  return texts;
}
