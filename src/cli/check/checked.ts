import { isPlainObject } from '../../engine/values/copy.ts';
import { remedyFor, valueWords } from '../../engine/values/value-words.ts';
import { isAgent } from '../../engine/tools/agent.ts';
import type { CheckOptions } from '../../property/check-agent/options.ts';
import type { LoadError } from '../../report/run-report.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { AgentUnderTest } from '../../scenario/scenario.ts';
import { isClass, oneExport } from '../one-export.ts';

/** An agent to check, with its options. */
export interface Checked {
  readonly agent: AgentUnderTest;
  /** The options of the export; {} if the export is only the agent. */
  readonly options: CheckOptions;
  /**
   * `module#export`, with the name of the export even if it was not typed. The module is relative to the working
   * directory.
   */
  readonly name: string;
  /** Whether the export is an object that contains the agent. */
  readonly isCheck: boolean;
  /** The file of the module, relative to the working directory. */
  readonly file: string;
}

/**
 * The agent that `module#export` names: an agent, a function that makes one, an externalAgent, or an object with one
 * of them and options.
 */
export async function findChecked(command: string, given: string): Promise<Checked | LoadError> {
  const found = await oneExport(command, given, (value) => isAgentOfAnyKind(value) || isChecked(value));
  if ('message' in found) return found;
  const { file, exportName, value } = found;
  const whose = { file, name: `${file}#${exportName}` };
  if (isAgentOfAnyKind(value)) return { agent: value, options: {}, isCheck: false, ...whose };
  if (isChecked(value)) {
    const { agent, ...options } = value;
    return { agent: agent as AgentUnderTest, options, isCheck: true, ...whose };
  }
  if (typeof value === 'function' && !isClass(value))
    return { agent: value as AgentUnderTest, options: {}, isCheck: false, ...whose };
  return { file, message: `The export "${exportName}" ${whyNot(value)}` };
}

function isAgentOfAnyKind(value: unknown): value is AgentUnderTest {
  return isAgent(value) || isExternalAgent(value);
}

/** Whether a value is an object with an agent and options. A scenario has an agent, too, but also steps. */
function isChecked(value: unknown): value is { agent: unknown } {
  return isPlainObject(value) && 'agent' in value && !('steps' in value);
}

function whyNot(value: unknown): string {
  if (isPlainObject(value) && 'steps' in value)
    return 'is a scenario, which has a script of its own. Export its agent, or { agent, ...options } with the options of checkAgent.';
  return `must be an Agent, a function that makes one, an externalAgent, or { agent, ...options } with the options of checkAgent, but is ${valueWords(value)}.${remedyFor(value)}`;
}
