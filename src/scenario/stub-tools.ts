import { isPlainObject } from '../engine/values/copy.ts';
import { isAgent, type Agent } from '../engine/tools/agent.ts';
import { AgentCopies } from '../engine/tools/agent-copies.ts';
import type { Tool, ToolContext, ToolReturn } from '../engine/tools/tool.ts';
import { isTool, takes } from './rules.ts';
import { suggested } from '../engine/values/did-you-mean.ts';
import { sentence, type Sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** Replaces a tool's `execute`, or is the value that it returns. The schema is still enforced. */
export type ToolStub = ((args: any, context: ToolContext) => ToolReturn) | string | number | boolean | object;

/**
 * Returns a copy of the agent, and of every agent it hands off to, in which stubs replace tools. Schemas are still
 * enforced, handoffs lead to the copies, and the given agents do not change. A stub whose name matches no tool is not
 * reported here. The `tools` of a scenario report it, because a scenario knows which agents were reached.
 */
export function stubTools<A extends Agent>(agent: A, stubs: Record<string, ToolStub>): A {
  if (!isAgent(agent)) throw takes('stubTools', ['an Agent and its stubs', isAgent], agent, ' first');
  if (!isPlainObject(stubs))
    throw takes('stubTools', ['an Agent and its stubs, { name: stub }', isPlainObject], stubs, ' second');
  return new StubbedAgents(stubs).copyOf(agent) as A;
}

/** The copies of one agent graph in which stubs replace tools. */
export class StubbedAgents {
  readonly #copies: AgentCopies;
  readonly #unused: Set<string>;

  constructor(stubs: Record<string, ToolStub>) {
    for (const [name, stub] of Object.entries(stubs)) assertValidStub(name, stub);
    const byName = new Map(Object.entries(stubs));
    this.#unused = new Set(byName.keys());
    this.#copies = new AgentCopies(({ name }) => {
      const stub = byName.get(name);
      if (stub === undefined) return undefined;
      this.#unused.delete(name);
      return (typeof stub === 'function' ? stub : () => stub) as Tool['execute'];
    });
  }

  /** The problems of the stubs that match no tool of the agents reached so far. */
  unusedProblems(): Sentence[] {
    const known = this.#copies.toolNames;
    return [...this.#unused].map(
      (name) =>
        sentence`The stub "${{ tool: name }}" replaces no tool: none of the agents that were reached has a tool with that name.${suggested(name, known)} Their tools: ${{ known }}.`,
    );
  }

  copyOf(agent: Agent): Agent {
    return this.#copies.copyOf(agent);
  }
}

/**
 * Throws for undefined and null, which are mistakes such as a missing import. Throws for a tool too, because it would
 * become the answer of the call, as JSON.
 */
export function assertValidStub(name: string, stub: unknown): void {
  if (stub === undefined || stub === null) {
    throw new UsageError(
      sentence`The stub "${{ tool: name }}" is ${{ given: String(stub) }}. Write the value that the tool returns, or a function that replaces the tool.`,
    );
  }
  if (isTool(stub)) {
    throw new UsageError(
      sentence`The stub "${{ tool: name }}" is ${{ given: 'a tool' }}. Write its function, (args) => …, or the value that it returns.`,
    );
  }
}
