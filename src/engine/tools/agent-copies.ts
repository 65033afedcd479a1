import { isPromiseLike } from '../values/promise.ts';
import { Agent, isAgent } from './agent.ts';
import { inPlaceExecute, inPlaceOf } from './in-place.ts';
import { isResult, Result } from './result.ts';
import type { AgentFunction, Tool } from './tool.ts';

/** A plain function or a tool of an agent, in one form that can be called. */
export interface Callable {
  readonly name: string;
  readonly execute: Tool['execute'];
}

/**
 * Copies of agents that hand off to each other, with replacements for their functions. Each agent is copied when it
 * is reached, and handoffs lead to the copies. The given agents are not changed, and the model is offered the same
 * tools.
 */
export class AgentCopies {
  readonly #replace: (original: Callable) => Tool['execute'] | undefined;
  readonly #copies = new Map<Agent, Agent>();

  /** `replace` returns the replacement for a function, or undefined to keep the original. */
  constructor(replace: (original: Callable) => Tool['execute'] | undefined) {
    this.#replace = replace;
  }

  /** Names of the functions of the agents reached so far. */
  get toolNames(): string[] {
    const names = [...this.#copies.keys()].flatMap(({ functions }) =>
      // No run has checked `functions` yet, so it may be anything.
      Array.isArray(functions)
        ? functions.map((original: AgentFunction | undefined) => original?.name ?? '')
        : [],
    );
    return [...new Set(names)];
  }

  copyOf(agent: Agent): Agent {
    const known = this.#copies.get(agent);
    if (known) return known;
    const { name, model, instructions, functions, toolChoice, parallelToolCalls } = agent;
    const copy = new Agent({ name, model, instructions, functions, toolChoice, parallelToolCalls });
    this.#copies.set(agent, copy);
    if (Array.isArray(functions))
      copy.functions = functions.map((original) => this.#copyOfFunction(original));
    return copy;
  }

  #copyOfFunction(original: AgentFunction): AgentFunction {
    if (typeof original === 'function') return this.#copyOfPlain(original);
    // A value that is neither a function nor a tool is kept, so that the run rejects it as it does without copies.
    if (typeof original?.execute !== 'function') return original;
    const execute = this.#redirecting({
      name: original.name,
      execute: (args, context) => original.execute(args, context) as unknown,
    });
    return Object.assign(Object.create(Object.getPrototypeOf(original) as object) as Tool, original, {
      execute,
    });
  }

  #copyOfPlain(original: Exclude<AgentFunction, Tool>): AgentFunction {
    const execute = this.#redirecting({
      name: original.name,
      // A copy of a copy passes the whole context on.
      execute:
        inPlaceExecute(original) ?? ((_args, { contextVariables }) => original(contextVariables) as unknown),
    });
    const copy = inPlaceOf(execute);
    // Keeps the name and the number of parameters, so that an invalid function stays invalid.
    return Object.defineProperties(copy, {
      name: { value: original.name },
      length: { value: original.length },
    });
  }

  #redirecting(original: Callable): Tool['execute'] {
    const execute = this.#replace(original) ?? original.execute;
    return (args: unknown, context) => this.#redirected(execute(args, context));
  }

  /** The value that a function returned, with handoffs redirected to the copies. */
  #redirected(returned: unknown): unknown {
    if (isPromiseLike(returned)) return returned.then((value) => this.#redirected(value));
    if (isAgent(returned)) return this.copyOf(returned);
    if (isResult(returned) && returned.agent) {
      const { value, agent, contextVariables } = returned;
      return new Result({ value, agent: this.copyOf(agent), contextVariables });
    }
    return returned;
  }
}
