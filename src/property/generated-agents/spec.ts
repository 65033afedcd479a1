/** The behavior of a generated tool, as plain data, so that a graph can be printed, shrunk and built again. */
export type Behaviour =
  /** Answers with its arguments, as JSON. */
  | { does: 'echo' }
  /** Answers with this value. */
  | { does: 'return'; value: unknown }
  /** Answers with the context variables it sees. */
  | { does: 'read' }
  /** Sets a context variable in the context object itself, not in a Result. */
  | { does: 'write'; key: string; value: unknown }
  | { does: 'delete'; key: string }
  /** Appends to a list in the context object, without copying the list. */
  | { does: 'append'; key: string }
  /** Returns a Result with context variables. */
  | { does: 'update'; key: string; value: unknown }
  | { does: 'handoff'; to: number }
  | { does: 'handoff-and-update'; to: number; key: string; value: unknown }
  | { does: 'throw'; message: string }
  /** Returns a value that cannot be sent to a model. */
  | { does: 'return-unsendable' };

/** A generated tool. */
export interface ToolSpec {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** Which values the argument `x` may have. With `nothing`, the tool is a plain function. */
  readonly takes: 'nothing' | 'anything' | 'integer';
  readonly isAsync: boolean;
}

/** A generated agent. */
export interface AgentSpec {
  readonly name: string;
  /** Whether its instructions contain the context variables. */
  readonly tellsContext: boolean;
  /** The model to ask; the default one if absent. */
  readonly model?: string | undefined;
  /** The `toolChoice` of the agent; none if absent. */
  readonly toolChoice?: 'auto' | undefined;
  /** Whether the agent has `parallelToolCalls: false`. */
  readonly oneCallAtATime?: boolean | undefined;
  readonly tools: readonly ToolSpec[];
}

/** Agents that hand off to each other. The first one starts the conversation. */
export type GraphSpec = readonly AgentSpec[];
