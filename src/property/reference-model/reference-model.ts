import type { Agent, ContextVariables } from '../../engine/tools/agent.ts';
import { parseToolArguments, parseArguments } from '../../engine/tools/arguments.ts';
import { tool as makeTool, type Tool } from '../../engine/tools/tool.ts';
import type { Outcome, ToolErrorKind } from '../../engine/run/events.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { defaultMaxTurns } from '../../scenario/scenario.ts';
import { failsItsRun, isUserStep } from '../../script/step-kinds.ts';
import type { ModelStep, Step, ToolCallStep } from '../../script/steps.ts';
import { deepCopy, merge, readReturned } from './plain-values.ts';

/** The requests, results and texts that a conversation should have by the rules alone. */
export interface ExpectedConversation {
  readonly runs: readonly ExpectedRun[];
  readonly contextVariables: object;
}

/** One run, as the reference model expects it. */
export interface ExpectedRun {
  readonly requests: { agent: string; system: string; model: string; tools: string[]; messages: number }[];
  readonly results: { tool: string; id: string; error?: ToolErrorKind | undefined; content?: string }[];
  readonly texts: string[];
  readonly outcome: Outcome;
  readonly agent: string;
}

/** The state of a conversation; `messages` is the number of its messages. */
interface State {
  agent: Agent;
  context: ContextVariables;
  messages: number;
}

/**
 * The rules of a run, implemented a second time in the plainest way, without events, streams, hooks or aborts. This
 * class shares the parsing and validation of arguments with the engine, but nothing of the run loop.
 */
export class ReferenceModel {
  readonly #scenario: Scenario;
  readonly #steps: Step[];
  /** How many calls there were so far. A call without an id gets its id from this number. */
  #ids = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#steps = [...scenario.steps];
  }

  /** Plays the scenario with this agent, whose tools are stubbed already. */
  async play(agent: Agent): Promise<ExpectedConversation> {
    const { messages = [], contextVariables = {} } = this.#scenario;
    let state: State = {
      agent,
      context: deepCopy(contextVariables),
      messages: messages.length,
    };
    const runs: ExpectedRun[] = [];
    do {
      const before = state;
      state = { ...before, context: deepCopy(before.context) };
      while (userOf(this.#steps[0]) !== undefined) {
        this.#steps.shift();
        state.messages++;
      }
      const run = await this.#run(state);
      runs.push(run);
      if (run.outcome === 'failed') state = before;
    } while (userOf(this.#steps[0]) !== undefined);
    return { runs, contextVariables: state.context };
  }

  async #run(state: State): Promise<ExpectedRun> {
    const { maxTurns = defaultMaxTurns, executeTools = true, modelOverride } = this.#scenario;
    const run: ExpectedRun = { requests: [], results: [], texts: [], outcome: 'max_turns', agent: '' };
    const ended = (outcome: Outcome): ExpectedRun => ({ ...run, outcome, agent: state.agent.name });
    for (let turn = 0; turn < maxTurns; turn++) {
      const { agent } = state;
      const tools = toolsOf(agent);
      run.requests.push({
        agent: agent.name,
        system: await instructionsOf(agent, state.context),
        model: modelOverride ?? agent.model,
        tools: [...tools.keys()],
        messages: state.messages + 1,
      });
      const answer = this.#steps.shift();
      if (answer === undefined || typeof answer === 'function' || 'user' in answer) return ended('failed');
      const calls = this.#identified(answer);
      if (failsItsRun(answer)) return ended('failed');
      state.messages++;
      run.texts.push(answer.say ?? '');
      if (calls.length === 0) return ended('completed');
      if (!executeTools) return ended('interrupted');
      const changes: object[] = [];
      for (const call of calls) {
        const { agent: to, changes: change, ...result } = await callTool(tools, call, state.context);
        run.results.push({ tool: call.tool, id: call.id, ...result });
        state.messages++;
        if (to) state.agent = to;
        if (change) changes.push(change);
      }
      for (const change of changes) merge(state.context, change);
    }
    return ended('max_turns');
  }

  #identified({ calls = [] }: ModelStep): (ToolCallStep & { id: string })[] {
    return calls.map((call) => {
      this.#ids++;
      return { ...call, id: call.id ?? `call_${this.#ids}` };
    });
  }
}

function userOf(step: Step | undefined): string | undefined {
  return isUserStep(step) ? step.user : undefined;
}

async function instructionsOf({ instructions }: Agent, context: ContextVariables): Promise<string> {
  return typeof instructions === 'string' ? instructions : await instructions(deepCopy(context));
}

/** The tools that an agent offers. A plain function becomes a tool without arguments. */
function toolsOf(agent: Agent): Map<string, Tool> {
  return new Map(
    agent.functions.map((one) => {
      if (typeof one !== 'function') return [one.name, one];
      const plain = one as (context: ContextVariables) => unknown;
      return [
        one.name,
        makeTool({ name: one.name, execute: (_args, context) => plain(context.contextVariables) }),
      ];
    }),
  );
}

interface CallResult {
  error?: ToolErrorKind | undefined;
  content?: string;
  agent?: Agent | undefined;
  changes?: object | undefined;
}

async function callTool(
  tools: ReadonlyMap<string, Tool>,
  call: ToolCallStep & { id: string },
  contextVariables: ContextVariables,
): Promise<CallResult> {
  const tool = tools.get(call.tool);
  if (!tool) return { error: 'unknown-tool' };
  const raw = call.rawArgs ?? JSON.stringify(call.args ?? {});
  const parsed = parseArguments(raw);
  if (!('args' in parsed)) return { error: parsed.kind };
  let returned: unknown;
  try {
    const checked = await parseToolArguments(tool, parsed.args, raw);
    if ('problems' in checked) return { error: 'invalid-arguments' };
    const { signal } = new AbortController();
    returned = await tool.execute(checked.args, { contextVariables, signal, toolCallId: call.id });
    const { content, ...rest } = readReturned(returned);
    return content === undefined ? { error: 'not-serializable' } : { content, ...rest };
  } catch {
    return { error: 'threw' };
  }
}
