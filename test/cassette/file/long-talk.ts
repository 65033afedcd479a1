/** A conversation that goes on for as long as is wanted. Imported by processes of their own, too: it loads nothing but types. */
import type {
  ChatCompletion,
  CompletionProvider,
  CompletionRequest,
} from '../../../src/engine/model/provider.ts';

const question = (turn: number) => `Question ${turn}?`;

/** What is answered in a turn, from 1; `by` tells one recording from another. */
const answer = (by: string, turn: number): string =>
  `${by}, turn ${turn}:\n${`${turn} is a number. `.repeat(60)}`;

/** What is answered in so many turns. */
export const answers = (by: string, turns: number): string[] =>
  Array.from({ length: turns }, (_, index) => answer(by, index + 1));

/** A model whose answers tell who gave them, and in which turn. */
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

/** Has the conversation, and gives each answer as it comes. */
export async function* talk(provider: CompletionProvider, turns: number): AsyncGenerator<string | null> {
  const messages: CompletionRequest['messages'] = [];
  for (let turn = 1; turn <= turns; turn++) {
    messages.push({ role: 'user', content: question(turn) });
    const { message } = (await provider.complete({ model: 'm', messages })).choices[0]!;
    messages.push(message);
    yield message.content;
  }
}

/** All of the answers; `tell` is called with each. */
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
