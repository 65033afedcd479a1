import { Agent, Swarm, tool, type ChatCompletion } from 'swarmcheck';
import { callTool, runScenario, say, user, type Step } from 'swarmcheck/testing';
import { bareLoop, bareModel, type BareAgent, type BareMessage } from './bare-loop.ts';

/**
 * One run of T turns: T tool calls, one handoff in the middle and a final answer, so T + 2 completions. Each
 * contestant creates its agents and tools, runs, and returns the number of messages and the last agent, so that its
 * work can be verified before it is timed.
 */
export interface Contestant {
  name: string;
  prepare(turns: number): () => Promise<{ messages: number; agent: string }>;
}

const instructions = 'You add numbers.';
/** Different for every call, so that the same arguments are not validated twice. */
const argsOf = (index: number) => ({ x: index });
const numbered = (index: number) => JSON.stringify(argsOf(index));

function answers(turns: number, argsText: (index: number) => string): BareMessage[] {
  const call = (id: string, name: string, raw: string): BareMessage => ({
    role: 'assistant',
    content: null,
    tool_calls: [{ id, function: { name, arguments: raw } }],
  });
  const list = Array.from({ length: turns }, (_item, index) => call(`call_${index}`, 'add', argsText(index)));
  list.splice(Math.floor(turns / 2), 0, call('call_handoff', 'transfer', '{}'));
  return [...list, { role: 'assistant', content: 'done' }];
}

function completions(turns: number, argsText: (index: number) => string): ChatCompletion[] {
  return answers(turns, argsText).map((message) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 0,
    model: 'model',
    choices: [
      { index: 0, message, finish_reason: message.tool_calls ? 'tool_calls' : 'stop', logprobs: null },
    ],
  })) as ChatCompletion[];
}

function bareAgents(): BareAgent {
  const add = ({ x }: { x?: number }) => String((x ?? 0) + 1);
  const second: BareAgent = { name: 'Second', model: 'model', instructions, tools: { add } };
  return { name: 'First', model: 'model', instructions, tools: { add, transfer: () => second } };
}

function bare(name: string, snapshots: boolean): Contestant {
  return {
    name,
    prepare(turns) {
      const prepared = answers(turns, numbered);
      return async () => {
        const { messages, agent } = await bareLoop(bareAgents(), bareModel(prepared, snapshots), [
          { role: 'user', content: 'go' },
        ]);
        return { messages: messages.length - 1, agent: agent.name };
      };
    },
  };
}

/** A tool that, like the tool of the bare loop, has its arguments parsed, but not validated. */
function plainAdd() {
  return function add() {
    return '2';
  };
}

/** The same with an enforced schema, as users write tools. */
function validatedAdd() {
  return tool({
    name: 'add',
    parameters: { type: 'object', properties: { x: { type: 'number' } }, required: ['x'] },
    execute: ({ x }) => String(x + 1),
  });
}

function agents(add: () => ReturnType<typeof plainAdd> | ReturnType<typeof validatedAdd>): Agent {
  const second = new Agent({ name: 'Second', model: 'model', instructions, functions: [add()] });
  function transfer() {
    return second;
  }
  return new Agent({ name: 'First', model: 'model', instructions, functions: [add(), transfer] });
}

function engine(
  name: string,
  argsText: (index: number) => string,
  add: typeof plainAdd | typeof validatedAdd,
): Contestant {
  return {
    name,
    prepare(turns) {
      const prepared = completions(turns, argsText);
      return async () => {
        let next = 0;
        const provider = {
          complete: async () => prepared[next++]!,
          stream: () => {
            throw new Error('not streamed');
          },
        };
        const response = await new Swarm({ provider }).run({
          agent: agents(add),
          messages: [{ role: 'user', content: 'go' }],
        });
        return { messages: response.messages.length, agent: response.agent.name };
      };
    },
  };
}

function scenario(name: string, withHash: boolean): Contestant {
  return {
    name,
    prepare(turns) {
      const steps: Step[] = Array.from({ length: turns }, (_item, index) => callTool('add', argsOf(index)));
      steps.splice(Math.floor(turns / 2), 0, callTool('transfer'));
      const whole = [user('go'), ...steps, say('done')];
      return async () => {
        const run = await runScenario({ agent: agents(validatedAdd), maxTurns: turns + 2, steps: whole });
        if (!run.passed || run.trace.toolCalls.length !== turns + 1)
          throw new Error('the scenario did not pass');
        if (withHash && run.trace.hash.length !== 64) throw new Error('the hash is missing');
        return { messages: run.response!.messages.length, agent: run.response!.agent.name };
      };
    },
  };
}

export const contestants: readonly Contestant[] = [
  bare('bare loop', false),
  bare('bare loop + shallow snapshot', true),
  engine('Swarm.run, plain function tools', () => '{}', plainAdd),
  engine('Swarm.run, validated tools', numbered, validatedAdd),
  scenario('runScenario with its trace', false),
  scenario('runScenario, trace and hash', true),
];
