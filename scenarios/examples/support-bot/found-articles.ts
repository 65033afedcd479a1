import type { CompletionRequest } from 'swarmcheck';

/**
 * For scenarios: the article ids in the last tool results, the best first, one list per call. With it, a scripted
 * model uses the search results as a live one would.
 */
export function foundIn({ messages }: Pick<CompletionRequest, 'messages'>): string[][] {
  const calls = messages.findLastIndex(({ role }) => role === 'assistant');
  return messages.slice(calls + 1).map(({ content }) => idsIn(content as string));
}

/** The article ids in one tool result. */
export function idsIn(answer: string): string[] {
  return (JSON.parse(answer) as { id: string }[]).map(({ id }) => id);
}
