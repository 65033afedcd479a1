import { Agent, isAgent } from '../engine/agent.ts';
import { isResult, Result } from '../engine/result.ts';
import { isPromiseLike } from '../engine/promise.ts';
import type { AgentFunction, Tool, ToolContext, ToolReturn } from '../engine/tool.ts';

/** Stands in for a tool's execute, or is what it returns; the schema is still enforced. */
export type ToolStub = ((args: any, context: ToolContext) => ToolReturn) | string | number | boolean | object;

/**
 * A copy of the agent, and of every agent it hands off to, in which these tools do something else.
 * Schemas still hold; handoffs lead to the copies; the agents given are not touched. A name that no
 * agent has is only noticed by a scenario's `tools`, which knows how far the run came.
 */
export function stubTools<A extends Agent>(agent: A, stubs: Record<string, ToolStub>): A {
  return new StubbedAgents(stubs).copyOf(agent) as A;
}

/** The copies of one agent graph, made as they are reached. */
export class StubbedAgents {
  readonly #stubs: ReadonlyMap<string, ToolStub>;
  readonly #copies = new Map<Agent, Agent>();
  readonly #unused: Set<string>;

  constructor(stubs: Record<string, ToolStub>) {
    this.#stubs = new Map(Object.entries(stubs));
    this.#unused = new Set(this.#stubs.keys());
  }

  /** Names of stubs that no agent reached so far has a tool for. */
  get unused(): string[] {
    return [...this.#unused];
  }

  /** Names of the tools of the agents reached so far. */
  get toolNames(): string[] {
    return [...new Set([...this.#copies.keys()].flatMap((agent) => agent.functions.map(({ name }) => name)))];
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
    const stub = this.#stubs.get(original?.name);
    if (stub !== undefined) this.#unused.delete(original.name);
    const replacement = stub === undefined ? undefined : typeof stub === 'function' ? stub : () => stub;
    if (typeof original === 'function') return this.#stubbedFunction(original, replacement);
    const execute = replacement ?? ((args: unknown, context: ToolContext) => original.execute(args, context));
    const copy: Tool = {
      ...original,
      execute: (args: unknown, context) => this.#redirected((execute as Tool['execute'])(args, context)),
    };
    return copy;
  }

  /** Keeps name and number of parameters, so that what is wrong with the original is still wrong. */
  #stubbedFunction(original: (context: any) => unknown, replacement: Function | undefined): AgentFunction {
    const copy = (context: object) =>
      this.#redirected(
        replacement ? (replacement({}, { contextVariables: context }) as unknown) : original(context),
      );
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
