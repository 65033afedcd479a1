import type { ToolCall } from '../engine/model/completion.ts';
import { isPlainObject } from '../engine/values/copy.ts';
import { handoffTarget } from '../trace/continuation.ts';
import { readArgs } from '../engine/tools/read-args.ts';

/** Matches a tool whose name says that another agent takes over, but not which one. */
const handoverName = /^(?:transfer|hand[_-]?off|hand[_-]?over|escalate|delegate)(?:[_-]?to[_-]?agent)?$/i;

/** Matches a transfer in camel case: transferToRefunds, handOffToSales. */
const camelName = /^(?:transfer|hand[oO]ff|hand[oO]ver|escalate)(?:Back)?To([A-Z].*)$/;

/**
 * The agent that a call hands over to, as its name and its arguments tell: `transfer_to_refunds`,
 * `transfer_to_agent({ agent_name })`, `handOff({ toAgent })`. Undefined for other calls.
 */
export function inferredTarget({ function: { name, arguments: raw } }: ToolCall): string | undefined {
  const named = handoverName.test(name) ? agentIn(readArgs(raw)) : undefined;
  return named ?? camelName.exec(name)?.[1] ?? handoffTarget(name);
}

/** The first argument that names an agent, such as `agent_name` or `toAgent`. */
function agentIn(args: unknown): string | undefined {
  const entries = isPlainObject(args) ? Object.entries(args) : [];
  const found = entries.find(
    ([key, value]) => /agent|assistant/i.test(key) && typeof value === 'string' && value !== '',
  );
  return found?.[1] as string | undefined;
}

/** Whether a text is one of the arguments of a call. */
export function isArgumentOf({ function: { arguments: raw } }: ToolCall, text: string): boolean {
  const args = readArgs(raw);
  return text !== '' && isPlainObject(args) && Object.values(args).includes(text);
}
