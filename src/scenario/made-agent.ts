import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { isAgent, type Agent } from '../engine/tools/agent.ts';
import type { TimeLimit } from './timeout.ts';

/** A factory made something else: the mistake of whoever gave it, as nothing that it throws is. */
export class NoAgentError extends UsageError {}

/**
 * What an agent factory makes, within a limit; what it makes later than that is disposed of when it comes. Rejects with what
 * the factory rejects with, and with a NoAgentError where it makes no agent. `what` names the factory within a sentence.
 */
export async function makeAgent(
  factory: () => Agent | Promise<Agent>,
  limit: TimeLimit,
  what: string,
): Promise<Agent> {
  // In an async function, so that what it throws at once is a rejection, too.
  const making = (async (): Promise<unknown> => await factory())();
  let made: unknown;
  try {
    made = await limit.within(making);
  } catch (error) {
    void making.then(disposeOf).catch(() => {});
    throw error;
  }
  if (isAgent(made)) return made;
  throw new NoAgentError(
    sentence`The agent factory of ${{ where: what }} must return ${{ expected: 'an Agent' }}, but returned ${{ given: valueWords(made) }}. Is a "return" missing?`,
  );
}

async function disposeOf(made: unknown): Promise<void> {
  if (isAgent(made)) await made[Symbol.asyncDispose]();
}
