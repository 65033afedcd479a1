import { isPlainObject } from '../../engine/values/copy.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import { isAgent, type Agent } from '../../engine/tools/agent.ts';
import type { LoadError } from '../../report/run-report.ts';
import { assertValidScenario } from '../../scenario/valid-scenario.ts';
import { isExternalAgent } from '../../scenario/external-agent.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { makeAgent } from '../../scenario/made-agent.ts';
import { StubbedAgents } from '../../scenario/stub-tools.ts';
import { TimeLimit } from '../../scenario/timeout.ts';
import { mayBeScenario } from '../load-scenarios.ts';
import { isClass, oneExport } from '../one-export.ts';
import { thrownText } from '../thrown.ts';

/** The agent to chat with, and its source. */
export interface ChatPartner {
  readonly agent: Agent;
  /** Disposes of an agent that was made for this chat. */
  dispose(): Promise<void>;
  readonly hooks: readonly Hooks[];
  /** Relative to the working directory. */
  readonly file: string;
  readonly exportName: string;
  /** The exported scenario; undefined if an agent, or a function that makes one, is exported. */
  readonly scenario: Scenario | undefined;
}

/**
 * The agent that `module#export` names: the export itself, the agent that an exported function makes, or the agent of
 * a scenario.
 */
export async function chatPartner(given: string): Promise<ChatPartner | LoadError> {
  const found = await oneExport('chat', given, isPartner);
  if ('message' in found) return found;
  const { file, exportName, value } = found;
  try {
    return { file, exportName, ...(await partnerOf(value, exportName)) };
  } catch (error) {
    return { file, message: thrownText(error) };
  }
}

function isPartner(value: unknown): boolean {
  return isAgent(value) || mayBeScenario(value);
}

type Partner = Omit<ChatPartner, 'file' | 'exportName'>;

async function partnerOf(value: unknown, exportName: string): Promise<Partner> {
  const none = { hooks: [], scenario: undefined };
  if (isAgent(value)) return { agent: value, dispose: keep, ...none };
  if (mayBeScenario(value)) return await partnerOfScenario(value, exportName);
  const made = typeof value === 'function' ? await agentMadeBy(value, exportName) : undefined;
  if (made) return { agent: made, dispose: () => made[Symbol.asyncDispose](), ...none };
  const advice = isPlainObject(value) ? ' Write new Agent({ … }).' : '';
  throw new UsageError(
    sentence`The export "${{ field: exportName }}" must be ${{ expected: 'an Agent, a function that makes one, or a scenario' }}, but is ${{ given: valueWords(value) }}.${advice}`,
  );
}

async function partnerOfScenario(value: object, exportName: string): Promise<Partner> {
  assertValidScenario(value);
  const { agent: given, hooks, tools } = value;
  if (isExternalAgent(given))
    throw new UsageError(
      sentence`The export "${{ field: exportName }}" is ${{ given: 'the scenario of an externalAgent' }}, which the chat cannot talk to. Talk to the app itself.`,
    );
  const agent = typeof given === 'function' ? await agentMadeBy(given, exportName) : given;
  return {
    agent: tools ? new StubbedAgents(tools).copyOf(agent) : agent,
    dispose: typeof given === 'function' ? () => agent[Symbol.asyncDispose]() : keep,
    hooks: hooks === undefined ? [] : [hooks].flat(),
    scenario: value,
  };
}

/** Does nothing, because the chat disposes only of agents that it made. */
async function keep(): Promise<void> {}

async function agentMadeBy(factory: Function, exportName: string): Promise<Agent> {
  if (isClass(factory))
    throw new UsageError(
      sentence`The export "${{ field: exportName }}" is ${{ given: 'a class' }}. Export an Agent, or a function that makes one.`,
    );
  using limit = new TimeLimit(
    factoryLimitMs,
    undefined,
    () => `the function "${exportName}" to make the agent`,
    { what: 'The chat' },
  );
  return await makeAgent(factory as () => Agent, limit, `the export "${exportName}"`);
}

/** How long making an agent may take. */
const factoryLimitMs = 30_000;
