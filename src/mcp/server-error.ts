import { addFacts } from '../engine/values/engine-errors.ts';
import type { ErrorFacts, Sentence } from '../engine/values/error-facts.ts';

/**
 * Thrown when an MCP server has no tools, does not list them, does not answer, or has disconnected. `problem` says
 * which of these happened. If a tool call throws the error, the model gets its message.
 */
export class McpServerError extends Error implements Partial<ErrorFacts> {
  override readonly name = 'McpServerError';
  declare readonly problem: 'no-tools' | 'no-list' | 'endless-list' | 'no-answer' | 'gone';
  declare readonly where?: string;
  declare readonly timeoutMs?: number;

  /** @internal Created where the server fails. */
  constructor(problem: McpServerError['problem'], said: Sentence, options?: ErrorOptions) {
    super(said.text, options);
    this.problem = problem;
    addFacts(this, said);
  }
}
