import type { CompletionRequest } from 'swarmcheck';

/**
 * For scenarios: the ids of the articles that the last calls found, the best first, a list for each call. With it a scripted model
 * goes on from what the index gave it, as a live one would.
 */
export function foundIn({ messages }: Pick<CompletionRequest, 'messages'>): string[][] {
  const calls = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.slice(calls + 1).map(({ content }) => idsIn(content as string));
}

/** The same, of one answer. */
export function idsIn(answer: string): string[] {
  return (JSON.parse(answer) as { id: string }[]).map(({ id }) => id);
}
