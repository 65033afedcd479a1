import type { JsonSchema } from '../engine/tools/json-schema.ts';
import type { GivenValues } from './shown-values/argument-values.ts';
import type { Dictionary } from './shown-values/dictionary.ts';

/** The agents of an app that a model can reach, and the tools that each of them offers. */
export interface Surface {
  /** The agent that is asked first is the first in the list. */
  readonly agents: readonly AgentSurface[];
  /** The values that a model is shown. Must not change any more. */
  readonly dictionary?: Dictionary | undefined;
  /** The values of the option `values`. */
  readonly values?: GivenValues | undefined;
}

/** An agent as a model sees it. */
export interface AgentSurface {
  readonly name: string;
  readonly tools: readonly ToolSurface[];
  /** The `tool_choice` of its requests; undefined if they have no such field, or if it differs between requests. */
  readonly toolChoice?: unknown;
  /** The `parallel_tool_calls` of its requests; undefined for the same reasons. */
  readonly parallelToolCalls?: unknown;
}

/** A tool as a model sees it. */
export interface ToolSurface {
  readonly name: string;
  readonly parameters: JsonSchema;
  /** The index in `agents` of the agent that the tool handed off to; undefined if no handoff was seen. */
  readonly handsOffTo?: number | undefined;
}
