import { Agent, isAgent } from '../engine/tools/agent.ts';
import { isResult, Result } from '../engine/tools/result.ts';
import { isPlainObject } from '../engine/data/copy.ts';
import { isPromiseLike } from '../engine/data/promise.ts';
import {
  tool,
  type AgentFunction,
  type Tool,
  type ToolContext,
  type ToolReturn,
} from '../engine/tools/tool.ts';
import { isTool, takes } from './rules.ts';

/** Stands in for a tool's execute, or is what it returns; the schema is still enforced. */
export type ToolStub = ((args: any, context: ToolContext) => ToolReturn) | string | number | boolean | object;

/**
 * A copy of the agent, and of every agent it hands off to, in which these tools do something else.
 * Schemas still hold; handoffs lead to the copies; the agents given are not touched. A name that no
 * agent has is only noticed by a scenario's `tools`, which knows how far the run came.
 */
export function stubTools<A extends Agent>(agent: A, stubs: Record<string, ToolStub>): A {
  if (!isAgent(agent)) throw takes('stubTools', ['an Agent and its stubs', isAgent], agent, ' first');
  if (!isPlainObject(stubs))
    throw takes('stubTools', ['an Agent and its stubs, { name: stub }', isPlainObject], stubs, ' second');
  return new StubbedAgents(stubs).copyOf(agent) as A;
}

/** The copies of one agent graph, made as they are reached. */
export class StubbedAgents {
  readonly #stubs: ReadonlyMap<string, ToolStub>;
  readonly #copies = new Map<Agent, Agent>();
  readonly #unused: Set<string>;

  constructor(stubs: Record<string, ToolStub>) {
    for (const [name, stub] of Object.entries(stubs)) checkStub(name, stub);
    this.#stubs = new Map(Object.entries(stubs));
    this.#unused = new Set(this.#stubs.keys());
  }

  /** Names of stubs that no agent reached so far has a tool for. */
  get unused(): string[] {
    return [...this.#unused];
  }

  /** Names of the tools of the agents reached so far. */
  get toolNames(): string[] {
    return [
      ...new Set(
        [...this.#copies.keys()].flatMap(({ functions }) =>
          functionsOf(functions).map((original) => original?.name ?? ''),
        ),
      ),
    ];
  }

  copyOf(agent: Agent): Agent {
    const known = this.#copies.get(agent);
    if (known) return known;
    const { name, model, instructions, functions, toolChoice, parallelToolCalls } = agent;
    const copy = new Agent({ name, model, instructions, functions, toolChoice, parallelToolCalls });
    this.#copies.set(agent, copy);
    if (Array.isArray(agent.functions))
      copy.functions = agent.functions.map((original) => this.#stubbed(original));
    return copy;
  }

  #stubbed(original: AgentFunction): AgentFunction {
    // What is no function or tool at all is told by the run, as it is without stubs.
    if (typeof original !== 'function' && typeof original?.execute !== 'function') return original;
    const { name } = original;
    const stub = this.#stubs.get(name);
    if (stub === undefined) return this.#redirecting(original);
    this.#unused.delete(name);
    const replacement = (typeof stub === 'function' ? stub : () => stub) as Tool['execute'];
    const execute: Tool['execute'] = (args: unknown, context) => this.#redirected(replacement(args, context));
    // One that would be refused by the run stays as it is.
    if (typeof original === 'function')
      return original.length > 1 || name === '' ? original : tool({ name, execute });
    return Object.assign(Object.create(Object.getPrototypeOf(original) as object) as Tool, original, {
      execute,
    });
  }

  /** The original, with handoffs leading to the copies. */
  #redirecting(original: AgentFunction): AgentFunction {
    if (typeof original !== 'function') {
      const execute: Tool['execute'] = (args: unknown, context) =>
        this.#redirected(original.execute(args, context));
      return Object.assign(Object.create(Object.getPrototypeOf(original) as object) as Tool, original, {
        execute,
      });
    }
    // Name and number of parameters are kept, so that what is wrong with the original is still wrong.
    const copy = (context: object) => this.#redirected(original(context));
    return Object.defineProperties(copy, {
      name: { value: original.name },
      length: { value: original.length },
    });
  }

  /** What a tool returned, with handoffs leading to the copies. */
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

/** An agent's functions may be anything until a run has checked them. */
function functionsOf(functions: unknown): readonly (AgentFunction | undefined)[] {
  return Array.isArray(functions) ? (functions as AgentFunction[]) : [];
}

/** A stand-in that is nothing is a mistake, such as a missing import; one that is a tool would be the answer itself, as JSON. */
export function checkStub(name: string, stub: unknown): void {
  if (stub === undefined || stub === null) {
    throw new TypeError(
      `The stub "${name}" is ${String(stub)}. Give the tool something to return, or a function to run.`,
    );
  }
  if (isTool(stub)) {
    throw new TypeError(`The stub "${name}" is a tool. Give its function, (args) => …, or what it returns.`);
  }
}
