import { Agent, Result, Swarm, tool, type Hooks, type Message, type Response } from 'swarmcheck';
import {
  callTool,
  callTools,
  say,
  scriptedProvider,
  traceOf,
  type Step,
  type Trace,
} from 'swarmcheck/testing';

/** How a run at the desk differs from the usual one. */
export interface DeskRun {
  steps?: readonly Step[];
  messages?: Message[];
  contextVariables?: object;
  instructions?: string;
  description?: string;
  schema?: Record<string, object>;
  model?: string;
  name?: string;
  answer?: unknown;
  maxTurns?: number;
  executeTools?: boolean;
  modelOverride?: string;
  stream?: boolean;
  hooks?: Hooks;
  signal?: AbortSignal;
}

/** A tool call, a context change and a handoff: looks up an order, closes the ticket, hands over to Refunds. */
export const deskSteps: Step[] = [
  callTool('look_up', { orderId: 'A-17' }, { say: 'One moment.' }),
  callTools([callTool('close_ticket'), callTool('transfer_to_refunds')]),
  say('Your refund is on its way.', { usage: { prompt_tokens: 9, completion_tokens: 6, total_tokens: 15 } }),
];

/** Runs the agents of a service desk and returns the response. Rejects if the run does. */
export async function runDesk(different: DeskRun = {}): Promise<Response> {
  const refunds = new Agent({ name: 'Refunds', instructions: 'Refund.' });
  const desk = new Agent({
    name: different.name ?? 'Desk',
    instructions: different.instructions ?? 'Help the user.',
    model: different.model ?? 'gpt-4o',
    functions: [
      tool({
        name: 'look_up',
        description: different.description ?? 'Finds an order.',
        parameters: { type: 'object', properties: different.schema ?? { orderId: { type: 'string' } } },
        execute: () => ('answer' in different ? different.answer : { status: 'paid' }),
      }),
      function close_ticket({ ticket }: { ticket?: number }) {
        return new Result({ value: 'closed', contextVariables: { closed: ticket ?? 0 } });
      },
      function transfer_to_refunds() {
        return refunds;
      },
    ],
  });
  const { hooks, stream = false, signal, maxTurns, executeTools, modelOverride } = different;
  const swarm = new Swarm({ provider: scriptedProvider(different.steps ?? deskSteps), hooks });
  const options = {
    agent: desk,
    messages: different.messages ?? [{ role: 'user' as const, content: 'Where is my refund?' }],
    contextVariables: different.contextVariables ?? { ticket: 5 },
    maxTurns,
    executeTools,
    modelOverride,
    signal,
  };
  if (!stream) return await swarm.run(options);
  let response: Response | undefined;
  for await (const event of swarm.run({ ...options, stream: true }))
    if ('response' in event) response = event.response;
  return response!;
}

/** The trace of such a run, even if the run rejects. */
export async function traceDesk(different: DeskRun = {}): Promise<Trace> {
  try {
    return traceOf(await runDesk(different));
  } catch (error) {
    return traceOf(error as Error);
  }
}
