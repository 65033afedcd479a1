import type { AgentUnderTest } from '../../scenario/scenario.ts';
import { assertValidCheckOptions, type CheckOptions } from './options.ts';

/** An agent and how it is checked, as a module exports it for `swarmcheck check`. */
export interface Check extends CheckOptions {
  /** Who is under test. */
  agent: AgentUnderTest;
}

/**
 * A check as data, for `swarmcheck check <module#export>`, and for a test: `checkAgent(check.agent, check)`. Returns it as it
 * is; invariants are typed without annotations. Throws a TypeError for an agent or options that cannot be checked.
 */
export function defineCheck(check: Check): Check {
  const { agent, ...options } = check;
  assertValidCheckOptions(agent, options);
  return check;
}
