import { isAgent, refusalOfAgent, type Agent } from './agent.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';
import { assertValidContextVariables } from '../run/context.ts';
import { isPlainObject } from '../values/copy.ts';
import { brand, hasBrand } from './brand.ts';
import { assertKnownFields } from '../values/known-fields.ts';

/**
 * Returned by a tool to give a value, hand off and update the context variables at once (Swarm's README, "Handoffs").
 */
export class Result<C extends object = any> {
  /** The answer to the model; '' if omitted. */
  readonly value: unknown;
  /** The agent that is active from the next turn, if given. */
  readonly agent: Agent | undefined;
  /** Merged into the run's context variables, one level deep, after all calls of the turn. */
  readonly contextVariables: Partial<C>;

  /**
   * Each part is optional. Throws a TypeError for a part of the wrong type. If a tool does not catch this error, its
   * message answers the tool call.
   */
  constructor(
    parts: {
      value?: unknown;
      agent?: Agent | undefined;
      contextVariables?: Partial<C> | undefined;
    } = {},
  ) {
    assertKnownFields('A Result', parts, ['value', 'agent', 'contextVariables']);
    if (parts.agent !== undefined && !isAgent(parts.agent)) {
      throw new UsageError(
        refusalOfAgent(sentence`The ${{ field: 'agent' }} of ${{ where: 'a Result' }}`, parts.agent),
      );
    }
    const contextVariables = parts.contextVariables ?? {};
    assertValidContextVariables('a Result', contextVariables);
    this.value = parts.value === undefined ? '' : parts.value;
    this.agent = parts.agent;
    this.contextVariables = contextVariables;
  }
}
brand(Result, 'swarmcheck.Result');

/** Whether the value is a result, made by any copy of this package. */
export function isResult(value: unknown): value is Result {
  return hasBrand(value, 'swarmcheck.Result');
}

/**
 * Whether a value is or contains an agent: a plain object or an array with one in it, or in one of its items. False for
 * a value whose fields cannot be read.
 */
export function holdsAgent(value: unknown): boolean {
  try {
    return holdsWithin(value, 2);
  } catch {
    return false;
  }
}

function holdsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (isAgent(value)) return true;
  if (levels === 0 || !(Array.isArray(value) || isPlainObject(value))) return false;
  for (const item of Object.values(value)) {
    if (typeof item === 'object' && item !== null && holdsWithin(item, levels - 1)) return true;
  }
  return false;
}
