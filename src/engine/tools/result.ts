import { isAgent, refusalOfAgent, type Agent } from './agent.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';
import { assertValidContextVariables } from '../run/context.ts';
import { brand, hasBrand } from './brand.ts';
import { assertKnownFields } from '../values/known-fields.ts';

/** What a tool returns to give a value, hand off and update the context in one go (Swarm's README, "Handoffs"). */
export class Result<C extends object = any> {
  /** What the model is answered with; '' when it is left out. */
  readonly value: unknown;
  /** Active from the next turn, when given. */
  readonly agent: Agent | undefined;
  /** Merged into the run's, one level deep, after all calls of the turn. */
  readonly contextVariables: Partial<C>;

  /** Each part may be left out. Throws a TypeError for a part that is of the wrong kind: the model is then answered with its message. */
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

/** True for results of any copy of this package. */
export function isResult(value: unknown): value is Result {
  return hasBrand(value, 'swarmcheck.Result');
}
