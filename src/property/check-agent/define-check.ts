import type { AgentUnderTest } from '../../scenario/scenario.ts';
import { assertValidCheckOptions, type CheckOptions } from './options.ts';

/** An agent and the options of its check, as a module exports them for `swarmcheck check`. */
export interface Check extends CheckOptions {
  /** The agent under test. */
  agent: AgentUnderTest;
}

/**
 * Defines a check as data, for `swarmcheck check <module#export>` and for tests: `checkAgent(check.agent, check)`.
 * Returns the given object unchanged. TypeScript infers the types of its invariants. Throws a TypeError for an agent
 * or options that cannot be checked.
 */
export function defineCheck(check: Check): Check {
  const { agent, ...options } = check;
  assertValidCheckOptions(agent, options);
  return check;
}
