import type { CompletionProvider } from '../engine/model/provider.ts';
import type { Hooks } from '../engine/run/hooks.ts';
import type { StreamPiece } from '../engine/run/run-state.ts';
import type { Agent } from '../engine/tools/agent.ts';

/**
 * Observes a play of agents of this engine from outside. It stands between the engine and everything that the engine
 * talks to: the provider, the tools, the hooks and the reader of a stream.
 */
export interface PlayObserver {
  /** The `conversation` of each run. */
  readonly conversation: string;
  /** Returns the agent to play in place of the given one. */
  agent(given: Agent): Agent;
  /** Returns the provider to ask in place of the given one. */
  provider(given: CompletionProvider): CompletionProvider;
  /** Returns the hooks to call in place of the given ones. */
  hooks(given: readonly Hooks[]): readonly Hooks[];
  /** Called before a run starts with this agent. */
  runStarts(agent: Agent): void;
  /** Called with each piece of a streamed answer that the reader gets. */
  piece(piece: StreamPiece): void;
}
