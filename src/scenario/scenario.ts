import type { Agent } from '../engine/tools/agent.ts';
import type { StopReason } from '../engine/run/events.ts';
import type { Hooks } from '../engine/run/hooks.ts';
import type { ErrorFacts } from '../engine/values/error-facts.ts';
import type { Message } from '../engine/model/messages.ts';
import type { Response } from '../engine/run/run-record.ts';
import type { Step } from '../script/steps.ts';
import type { Trace } from '../trace/trace.ts';
import type { ToolStub } from './stub-tools.ts';
import type { ExternalAgent } from './external-agent.ts';
import type { Trajectory } from './trajectory.ts';

/** Our agents, a factory of fresh ones, or an app built on any other SDK. */
export type AgentUnderTest = Agent | (() => Agent | Promise<Agent>) | ExternalAgent;

/** A conversation to play against an agent, and what should come of it. */
export interface Scenario {
  /** Names it in reports; `defineScenario` wants one. */
  name?: string | undefined;
  /** Who is under test. A factory gives every call of `runScenario` fresh agents; `dispose` of the one it returns is called at the end. */
  agent: AgentUnderTest;
  /** User and model steps in the order they happen. Several user steps: several runs, each continuing the last. */
  steps: readonly Step[];
  /** What was said before the first step. */
  messages?: readonly Message[] | undefined;
  /** The context variables of the first run; later ones continue with what it left. */
  contextVariables?: object | undefined;
  /** 100: a limit on everything. Of each run. */
  maxTurns?: number | undefined;
  /** true */
  executeTools?: boolean | undefined;
  /** Asked instead of every agent's own model. */
  modelOverride?: string | undefined;
  /** As those of a Swarm. */
  hooks?: Hooks | readonly Hooks[] | undefined;
  /** 5,000, of real time, as a last resort; ScenarioTimeoutError names what was awaited. */
  timeoutMs?: number | undefined;
  /** Not measured. For how long, in milliseconds of real time, a tool, a hook, instructions or an app may keep the event loop at once; see `assertNoBlocking`. */
  maxBlockMs?: number | undefined;
  /** Stand-ins for tools, by name; a name that no agent reached by the end has fails. */
  tools?: Record<string, ToolStub> | undefined;
  /** What should come of it, as data. */
  expect?: Expectations | undefined;
  /** The same as code: throws for what is wrong. */
  check?: ((run: ScenarioRun) => void | Promise<void>) | undefined;
}

/** What should come of a scenario. Declarative and JSON, so that recorded and generated scenarios can carry it. */
export interface Expectations {
  /** The tool calls that were answered, or that are pending after an interruption. */
  toolCalls?: Trajectory;
  /** Agents in the order they were active, the starting one first; a handoff to itself is no change. */
  agents?: readonly string[];
  /** Why the last run ended. */
  stopReason?: StopReason;
  /** The last run is rejected with an error of this name, whose message has this in it. Without it an error is a failure. */
  error?: { name?: string; message?: string };
  /** At the end; others may be there too. */
  contextVariables?: object;
  /** In the last text of an assistant. */
  finalMessage?: string;
}

/** What came of a scenario. */
export interface ScenarioRun {
  /** The one that was played. */
  readonly scenario: Scenario;
  /** Whether there are no failures. */
  passed: boolean;
  /** What went wrong, the cause first; the first message ends with what happened. `step` counts from 1; `cause` is what the check threw, or the ScriptNotFinishedError of what is left over. A misspelt tool is named as errors name it: `tool`, `suggestion`, `known`. */
  failures: Array<
    { message: string; cause?: unknown } & Partial<Pick<ErrorFacts, 'step' | 'tool' | 'suggestion' | 'known'>>
  >;
  /** Of the last run; absent when it failed. */
  response?: Response;
  /** What the last run was rejected with, the very object. */
  error?: unknown;
  /** All runs of the scenario. */
  trace: Trace;
}

/** The limit on turns of scenarios that state none. */
export const defaultMaxTurns = 100;

/** The limit on real time of scenarios that state none. */
export const defaultTimeoutMs = 5000;
