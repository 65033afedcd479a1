/** The calls of one tool of one agent, by outcome. */
export interface ToolCoverage {
  /** The name of the agent. */
  readonly agent: string;
  /** The name of the tool. */
  readonly tool: string;
  /** How many calls succeeded. For an app at the wire: how many calls it answered, because requests do not show whether a tool failed. */
  readonly ok: number;
  /** How many calls ended with each kind of error (`ToolErrorKind`). Kinds that did not occur are absent. */
  readonly errors: Readonly<Record<string, number>>;
}

/** Which agents, tools, handoffs and outcomes the runs of a check reached, and how often. */
export interface Coverage {
  /** In how many turns each agent was active; 0 for an agent that only exploring reached. */
  readonly agents: ReadonlyArray<{ readonly agent: string; readonly count: number }>;
  /** Each tool that an agent offered. A tool that was never called has only zeros. */
  readonly tools: readonly ToolCoverage[];
  /** How often each agent handed off to each other one. A handoff that never happened is absent. */
  readonly handoffs: ReadonlyArray<{ readonly from: string; readonly to: string; readonly count: number }>;
  /** How many runs ended in each way (`Outcome`). A script may have several runs. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** How many calls named a tool that the agent did not offer. They are not counted in `tools`. */
  readonly hallucinated: number;
  /**
   * Sentences that name the gaps: agents that were never active, tools that were never called, and tools
   * that never succeeded, with a remedy.
   */
  readonly missing: readonly string[];
}
