/** What a generated tool does when it is called. Plain data, so that a graph can be printed, reduced and made again. */
export type Behaviour =
  /** Answers with its arguments, as JSON. */
  | { does: 'echo' }
  /** Answers with this value. */
  | { does: 'return'; value: unknown }
  /** Answers with the context variables it sees. */
  | { does: 'read' }
  /** Writes into the live context. */
  | { does: 'write'; key: string; value: unknown }
  | { does: 'delete'; key: string }
  /** Adds to a list deep in the live context. */
  | { does: 'append'; key: string }
  /** Returns a Result. */
  | { does: 'update'; key: string; value: unknown }
  | { does: 'handoff'; to: number }
  | { does: 'handoff-and-update'; to: number; key: string; value: unknown }
  | { does: 'throw'; message: string }
  /** Returns what no model can be sent. */
  | { does: 'return-unsendable' };

/** A generated tool. */
export interface ToolSpec {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** What its argument `x` may be; none: it is a plain function. */
  readonly takes: 'nothing' | 'anything' | 'integer';
  readonly isAsync: boolean;
}

/** A generated agent. */
export interface AgentSpec {
  readonly name: string;
  /** Whether its instructions tell the context variables. */
  readonly tellsContext: boolean;
  readonly tools: readonly ToolSpec[];
}

/** Agents that hand off to each other, the first one being asked first. */
export type GraphSpec = readonly AgentSpec[];
