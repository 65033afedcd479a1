import type { Message } from '../../engine/model/messages.ts';
import type { CompletionProvider, CompletionRequest } from '../../engine/model/provider.ts';
import { ConversationDriver } from '../../engine/run/conversation-driver.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import type { Response } from '../../engine/run/run-record.ts';
import { startRun } from '../../engine/run/swarm.ts';
import type { Agent } from '../../engine/tools/agent.ts';
import { traceContext } from '../../engine/run/context.ts';
import { errorName } from '../../engine/values/engine-errors.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import { defaultMaxTurns, type Scenario } from '../../scenario/scenario.ts';
import { stubTools } from '../../scenario/stub-tools.ts';
import { scriptedProvider } from '../../script/scripted-provider.ts';
import { failsItsRun, isUserStep, withCalls } from '../../script/step-kinds.ts';
import { user, type ModelStep, type Step } from '../../script/steps.ts';
import { InvariantBrokenError } from '../invariant.ts';

/** The input and the settings of a run. */
export interface RunParts {
  readonly agent: Agent;
  readonly messages: readonly Message[];
  readonly contextVariables: object;
  readonly maxTurns: number;
  readonly executeTools: boolean;
  readonly modelOverride: string | undefined;
}

/**
 * Plays one run directly, or in another way that should not change the result, such as streamed or resumed after each
 * turn.
 */
export type RunOnce = (
  provider: CompletionProvider,
  hooks: readonly Hooks[],
  parts: RunParts,
) => Promise<Pick<Response, 'messages' | 'agent' | 'contextVariables' | 'stopReason'>>;

/** Everything about a conversation that relations compare. */
export interface ConversationResult {
  readonly requests: readonly CompletionRequest[];
  readonly messages: readonly Message[];
  readonly agent: string;
  readonly contextVariables: object;
  /** The stop reason of each run, or the name of the error that rejected it. */
  readonly ends: readonly string[];
}

/**
 * Calls `use` with the agent of a scenario, its tools stubbed. An agent from a factory is disposed of afterwards.
 */
export async function withAgents<T>(
  { agent, tools }: Pick<Scenario, 'agent' | 'tools'>,
  use: (agent: Agent) => Promise<T>,
): Promise<T> {
  const stubbed = (made: Agent) => (tools ? stubTools(made, tools) : made);
  if (typeof agent !== 'function') return await use(stubbed(agent as Agent));
  await using made = await agent();
  return await use(stubbed(made));
}

/** Splits a script into runs: what the user says, and what the model answers. */
function runsOfScript(steps: readonly Step[]): { said: string[]; answers: Step[] }[] {
  const runs: { said: string[]; answers: Step[] }[] = [];
  for (const step of steps) {
    let run = runs.at(-1);
    if (!run || (isUserStep(step) && run.answers.length > 0)) runs.push((run = { said: [], answers: [] }));
    if (isUserStep(step)) run.said.push(step.user);
    else run.answers.push(step);
  }
  return runs;
}

/** Plays the run directly, as the engine does. */
export const inOnePiece: RunOnce = async (provider, hooks, parts) => await finished(provider, hooks, parts);

/** Runs to the end, streamed or not. */
export async function finished(
  provider: CompletionProvider,
  hooks: readonly Hooks[],
  parts: RunParts & { stream?: boolean; signal?: AbortSignal },
): Promise<Response> {
  const run = startRun(provider, hooks, parts);
  while (await run.advance());
  return run.response;
}

/** The first run of a scenario: its input, and its part of the script. */
export function firstRunOf(scenario: Scenario): {
  answers: readonly Step[];
  /** Returns a script with the messages of the user in this run, followed by the given answers. */
  steps: (answers: readonly Step[]) => Step[];
  parts: Omit<RunParts, 'agent'>;
  hooks: readonly Hooks[];
} {
  const { said, answers } = runsOfScript(scenario.steps)[0] ?? { said: [], answers: [] };
  const { messages = [], hooks } = scenario;
  return {
    answers,
    steps: (others) => [...said.map((content) => user(content)), ...others],
    parts: { ...settingsOf(scenario), messages: [...messages, ...saidBy(said)] },
    hooks: [hooks ?? []].flat(),
  };
}

function saidBy(said: readonly string[]): Message[] {
  return said.map((content) => ({ role: 'user', content }));
}

function settingsOf({
  contextVariables = {},
  executeTools = true,
  maxTurns = defaultMaxTurns,
  modelOverride,
}: Scenario): Omit<RunParts, 'agent' | 'messages'> {
  return { contextVariables, executeTools, maxTurns, modelOverride };
}

/**
 * Plays the conversation of a scenario run by run. Each run has its own part of the script. Answers that a run does
 * not use are dropped.
 */
export async function converse(
  scenario: Scenario,
  runOnce: RunOnce,
  wrap: (provider: CompletionProvider) => CompletionProvider = (provider) => provider,
): Promise<ConversationResult> {
  return await withAgents(scenario, (agent) => converseWith(agent, scenario, runOnce, wrap));
}

async function converseWith(
  first: Agent,
  scenario: Scenario,
  runOnce: RunOnce,
  wrap: (provider: CompletionProvider) => CompletionProvider,
): Promise<ConversationResult> {
  const hooks = [scenario.hooks ?? []].flat();
  const settings = settingsOf(scenario);
  const { contextVariables } = settings;
  const driver = new ConversationDriver({
    agent: first,
    messages: scenario.messages ?? [],
    contextVariables,
  });
  const requests: CompletionRequest[] = [];
  const ends: string[] = [];
  for (const { said, answers } of runsOfScript(withIds(scenario.steps))) {
    const provider = noting(wrap(scriptedProvider(answers)), requests);
    try {
      const response = await driver.send(said, (input) =>
        runOnce(provider, hooks, { ...settings, ...input }),
      );
      ends.push(response.stopReason);
    } catch (error) {
      if (error instanceof InvariantBrokenError) throw error;
      ends.push(errorName(error));
      // As in a scenario, the user continues after an error only if an answer of this run fails the run.
      if (!answers.some((step) => typeof step === 'object' && failsItsRun(step as ModelStep))) break;
    }
  }
  const { agent, messages, contextVariables: left } = driver.state;
  return { requests, messages, agent: agent.name, contextVariables: traceContext(left), ends };
}

/**
 * Numbers the calls without an id across the whole script. Each run plays a script of its own, whose ids would start
 * again at 1.
 */
function withIds(steps: readonly Step[]): Step[] {
  let count = 0;
  return withCalls(steps, (call) => ({ ...call, id: call.id ?? `call_${++count}` }));
}

function noting(provider: CompletionProvider, requests: CompletionRequest[]): CompletionProvider {
  // The lists are copied, because the provider may change them. Their entries are frozen.
  const note = ({ tools, messages, ...rest }: CompletionRequest) =>
    requests.push({ ...rest, messages: [...messages], ...(tools && { tools: [...tools] }) });
  return {
    complete(request, options) {
      note(request);
      return provider.complete(request, options);
    },
    stream(request, options) {
      note(request);
      return provider.stream(request, options);
    },
  };
}

/** Throws an InvariantBrokenError if two conversations differ. */
export function assertSameOutcome(
  relation: string,
  plain: ConversationResult,
  other: ConversationResult,
  how: string,
): void {
  const found = firstMismatch(plain, other, false);
  if (!found) return;
  throw new InvariantBrokenError(
    relation,
    `${found.path} is ${show(found.expected)} in a plain run, but ${show(found.actual)} ${how}.`,
  );
}
