import type { Message } from '../../engine/model/messages.ts';
import type { CompletionProvider, CompletionRequest } from '../../engine/model/provider.ts';
import type { Hooks } from '../../engine/run/hooks.ts';
import type { Response } from '../../engine/run/run-record.ts';
import { startRun } from '../../engine/run/swarm.ts';
import type { Agent } from '../../engine/tools/agent.ts';
import { traceContext } from '../../engine/run/context.ts';
import { errorName } from '../../engine/data/errors.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import { defaultMaxTurns, type Scenario } from '../../scenario/scenario.ts';
import { stubTools } from '../../scenario/stub-tools.ts';
import { scriptedProvider } from '../../script/scripted-provider.ts';
import type { ModelStep, Step } from '../../script/steps.ts';
import { LawBrokenError } from '../law.ts';

/** What a run is given. */
export interface RunParts {
  readonly agent: Agent;
  readonly messages: readonly Message[];
  readonly contextVariables: object;
  readonly maxTurns: number;
  readonly executeTools: boolean;
  readonly modelOverride: string | undefined;
}

/** How one user's turn is run, by whatever detours. */
export type RunOnce = (
  provider: CompletionProvider,
  hooks: readonly Hooks[],
  parts: RunParts,
) => Promise<Pick<Response, 'messages' | 'agent' | 'contextVariables' | 'stopReason'>>;

/** What a conversation came to. */
export interface Outcome {
  readonly requests: readonly CompletionRequest[];
  readonly messages: readonly Message[];
  readonly agent: string;
  readonly contextVariables: object;
  /** Of each run, or the name of what it was rejected with. */
  readonly ends: readonly string[];
}

/** The agents of a scenario, made for one play. */
export async function agentsOf({ agent, tools }: Scenario): Promise<Agent> {
  const made = typeof agent === 'function' ? await agent() : (agent as Agent);
  return tools ? stubTools(made, tools) : made;
}

/** What the user says, and what the model answers to it, run by run. */
export function runsOfScript(steps: readonly Step[]): { said: string[]; answers: Step[] }[] {
  const runs: { said: string[]; answers: Step[] }[] = [];
  for (const step of steps) {
    const isUser = typeof step === 'object' && 'user' in step;
    let run = runs.at(-1);
    if (!run || (isUser && run.answers.length > 0)) runs.push((run = { said: [], answers: [] }));
    if (isUser) run.said.push(step.user);
    else run.answers.push(step);
  }
  return runs;
}

/** The run as the engine has it. */
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

/** Has a scenario's conversation run by run; each run has its own part of the script, whatever is left of it. */
export async function converse(
  scenario: Scenario,
  runOnce: RunOnce,
  wrap: (provider: CompletionProvider) => CompletionProvider = (provider) => provider,
): Promise<Outcome> {
  const { executeTools = true, maxTurns = defaultMaxTurns, modelOverride, hooks } = scenario;
  let agent = await agentsOf(scenario);
  let contextVariables = scenario.contextVariables ?? {};
  let messages: readonly Message[] = scenario.messages ?? [];
  const requests: CompletionRequest[] = [];
  const ends: string[] = [];
  for (const { said, answers } of runsOfScript(withIds(scenario.steps))) {
    const provider = wrap(scriptedProvider(answers));
    const now = [...messages, ...said.map((content): Message => ({ role: 'user', content }))];
    const parts = { agent, messages: now, contextVariables, maxTurns, executeTools, modelOverride };
    try {
      const response = await runOnce(noting(provider, requests), [hooks ?? []].flat(), parts);
      messages = [...now, ...response.messages];
      ({ agent, contextVariables } = response);
      ends.push(response.stopReason);
    } catch (error) {
      if (error instanceof LawBrokenError) throw error;
      ends.push(errorName(error));
      // As in a scenario: only from a failure of the model the user goes on.
      if (!answers.some((step) => typeof step === 'object' && (step as ModelStep).fault)) break;
    }
  }
  return { requests, messages, agent: agent.name, contextVariables: traceContext(contextVariables), ends };
}

/** Ids as the whole script would have given them. */
function withIds(steps: readonly Step[]): Step[] {
  let count = 0;
  return steps.map((step) => {
    if (typeof step === 'function' || 'user' in step || !step.calls) return step;
    const calls = step.calls.map((call) => ({ ...call, id: call.id ?? `call_${++count}` }));
    return { ...step, calls };
  });
}

function noting(provider: CompletionProvider, requests: CompletionRequest[]): CompletionProvider {
  // What stands in the lists is frozen; the lists themselves are the provider's to change.
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

/** Throws a LawBrokenError where two conversations did not come to the same. */
export function assertSameOutcome(law: string, plain: Outcome, other: Outcome, how: string): void {
  const found = firstMismatch(plain, other, false);
  if (!found) return;
  throw new LawBrokenError(
    law,
    `${found.path} is ${show(found.expected)} without a break, and ${show(found.actual)} ${how}.`,
  );
}
