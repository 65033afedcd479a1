import type { JsonSchema } from '../engine/tools/json-schema.ts';

/** What a model can reach of an app: which agents there are, and which tools each of them offers. */
export interface Surface {
  /** The one that is asked first comes first. */
  readonly agents: readonly AgentSurface[];
}

/** An agent as a model sees it. */
export interface AgentSurface {
  readonly name: string;
  readonly tools: readonly ToolSurface[];
}

/** A tool as a model sees it. */
export interface ToolSurface {
  readonly name: string;
  readonly parameters: JsonSchema;
  /** The index of the agent that it was seen to hand off to. */
  readonly handsOffTo?: number | undefined;
}
