import { toolsOf } from '../../script/request-limits.ts';
import type { AgentSurface } from '../surface.ts';

/** Which answers the requests of an agent allow. */
export interface AnswerLimits {
  /** Whether an answer may call a tool of this name. */
  readonly allows: (tool: string) => boolean;
  /** Whether an answer must call a tool. A refusal, and an answer that does not arrive whole, need no call. */
  readonly demandsCall: boolean;
  /** Whether an answer may have only one call. */
  readonly isSingle: boolean;
}

const noLimits: AnswerLimits = { allows: () => true, demandsCall: false, isSingle: false };

/** The limits of an agent's requests. */
export function limitsOf({ tools, toolChoice, parallelToolCalls }: AgentSurface): AnswerLimits {
  const isSingle = parallelToolCalls === false;
  // A request without tools says nothing about calls.
  if (tools.length === 0) return noLimits;
  if (toolChoice === 'none') return { allows: () => false, demandsCall: false, isSingle };
  const { names, isDemanded } = toolsOf(toolChoice);
  return {
    allows: (tool) => names.length === 0 || names.includes(tool),
    demandsCall: isDemanded,
    isSingle,
  };
}
