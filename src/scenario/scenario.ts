import type { Agent } from '../engine/tools/agent.ts';
import type { StopReason, ToolErrorKind } from '../engine/run/events.ts';
import type { Hooks } from '../engine/run/hooks.ts';
import type { ErrorFacts } from '../engine/values/error-facts.ts';
import type { Message } from '../engine/model/messages.ts';
import type { Response } from '../engine/run/run-record.ts';
import type { Step } from '../script/steps.ts';
import type { Trace } from '../trace/trace.ts';
import type { ToolStub } from './stub-tools.ts';
import type { ExternalAgent } from './external-agent.ts';
import type { Trajectory } from './trajectory.ts';

/** An agent of this engine, a factory that makes one, or an external agent. */
export type AgentUnderTest = Agent | (() => Agent | Promise<Agent>) | ExternalAgent;

/** A conversation to play against an agent, and the expected result. */
export interface Scenario {
  /** The name in reports; `defineScenario` requires one. */
  name?: string | undefined;
  /**
   * The agent under test. A factory makes a fresh agent for every call of `runScenario`. That agent is disposed of at
   * the end.
   */
  agent: AgentUnderTest;
  /**
   * User and model steps in the order they happen. Each time the user speaks after the model, a new run continues the
   * one before.
   */
  steps: readonly Step[];
  /** The messages before the first step. */
  messages?: readonly Message[] | undefined;
  /** The context variables of the first run; each later run continues with those that the run before left. */
  contextVariables?: object | undefined;
  /** The limit on turns in each run. Default: 100. */
  maxTurns?: number | undefined;
  /** Whether tools are executed; with false, a run is interrupted before them. Default: true. */
  executeTools?: boolean | undefined;
  /** The model to request instead of each agent's own. */
  modelOverride?: string | undefined;
  /** Hooks, as in a Swarm. */
  hooks?: Hooks | readonly Hooks[] | undefined;
  /**
   * A last-resort limit on the time that the scenario may take, in milliseconds of real time. Default: 5,000.
   * ScenarioTimeoutError names the awaited operation, or what took longest if nothing was awaited. Under fake timers,
   * only their clock counts.
   */
  timeoutMs?: number | undefined;
  /**
   * For how long a tool, a hook, instructions or an app may block the event loop at once, in milliseconds of real
   * time; see `assertNoBlocking`. Default: not measured.
   */
  maxBlockMs?: number | undefined;
  /** Stubs for tools, by name. A stub fails the scenario if no agent that was reached has a tool of that name. */
  tools?: Record<string, ToolStub> | undefined;
  /** What the scenario expects, as data. */
  expect?: Expectations | undefined;
  /** What the scenario expects, as code: throws if something is wrong. */
  check?: ((run: ScenarioRun) => void | Promise<void>) | undefined;
}

/**
 * A scenario's statements about its run. Declarative and JSON, so that recorded and generated scenarios can carry
 * them.
 */
export interface Expectations {
  /** The tool calls that were answered, or that are pending after an interruption. */
  toolCalls?: Trajectory;
  /**
   * Which tool calls were answered with an error. "none": no call. A list: exactly these calls, in this order; without
   * `kind`, for any reason. Whether a tool of an external agent threw is not known.
   */
  toolErrors?: 'none' | ReadonlyArray<{ tool: string; kind?: ToolErrorKind }>;
  /**
   * A call was answered with an error, and its run completed. `content` is a part of the answer. An empty object means
   * any error.
   */
  recovered?: { tool?: string; kind?: ToolErrorKind; content?: string };
  /**
   * Tool results that must occur, in this order; others may come in between. A string in `content` is the whole text;
   * any other value equals the text parsed as JSON. `contentContains` is a part of the text.
   */
  toolResults?: ReadonlyArray<{ tool: string; content: unknown } | { tool: string; contentContains: string }>;
  /**
   * The agents in the order they were active, the starting one first. A handoff to the active agent is not a change.
   */
  agents?: readonly string[];
  /**
   * What the model must have been shown, each item in one request. `instructions` and `message` are parts of the system
   * message and of a later message; `tools` lists all tools that were offered, in any order.
   */
  seen?: ReadonlyArray<{
    agent?: string;
    instructions?: string;
    tools?: readonly string[];
    message?: string;
  }>;
  /** Why the last run ended. */
  stopReason?: StopReason;
  /**
   * The name of the error that the last run is rejected with, and a part of its message. If `error` is not set, a
   * rejected run is a failure.
   */
  error?: { name?: string; message?: string };
  /** Context variables at the end, matched partially at every depth: there may be others. */
  contextVariables?: object;
  /** A part of the assistant's last text. */
  finalMessage?: string;
}

/** The result of a scenario. */
export interface ScenarioRun {
  /** The scenario that was played. */
  readonly scenario: Scenario;
  /** Whether `failures` is empty. */
  passed: boolean;
  /**
   * The failures, each before its consequences. The first message ends with the whole trajectory. `step` is the
   * number of the first step that was not used, from 1. `cause` is the error that the scenario's `check` function or
   * `dispose` threw, or the ScriptNotFinishedError. `tool`, `suggestion` and `known` have the meaning that they have
   * in ErrorFacts: a tool name that no tool has, the name that was probably meant, and the tool names that exist.
   */
  failures: Array<
    { message: string; cause?: unknown } & Partial<Pick<ErrorFacts, 'step' | 'tool' | 'suggestion' | 'known'>>
  >;
  /** The response of the last run. Absent if the run was rejected, and for an external agent. */
  response?: Response;
  /** The error that the last run was rejected with: the thrown object itself, not a copy. */
  error?: unknown;
  /** The trace of all runs of the scenario. */
  trace: Trace;
}

/** The default of `maxTurns`. */
export const defaultMaxTurns = 100;

/** The default of `timeoutMs`. */
export const defaultTimeoutMs = 5000;
