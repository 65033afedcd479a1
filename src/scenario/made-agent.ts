import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { isAgent, type Agent } from '../engine/tools/agent.ts';
import type { TimeLimit } from './timeout.ts';

/**
 * An agent factory returned something that is not an agent. This is a mistake of the caller; an error thrown by the
 * factory is not.
 */
export class NoAgentError extends UsageError {}

/**
 * Returns the agent that a factory makes within a time limit. If the factory resolves after the limit, its agent is
 * disposed of at once. Rejects with the factory's error, with the abort reason of the limit's signal, or with a
 * NoAgentError if the result is not an agent. `what` names the owner of the factory within a sentence.
 */
export async function makeAgent(
  factory: () => Agent | Promise<Agent>,
  limit: TimeLimit,
  what: string,
): Promise<Agent> {
  // An async function, so that a synchronous throw becomes a rejection too.
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
