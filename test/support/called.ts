import { Agent, Swarm, type RunSettings, type Tool } from 'swarmcheck';
import { callTool, say, scriptedProvider, traceOf, type TracedToolCall } from 'swarmcheck/testing';

/** The trace of one call of one of the tools. Its arguments are raw text, so that they may fail the schema. */
export async function called(
  tools: readonly Tool[],
  name: string,
  args: object = {},
  settings: Partial<RunSettings> & { contextVariables?: object } = {},
): Promise<TracedToolCall> {
  const provider = scriptedProvider([callTool(name, JSON.stringify(args)), say('Done.')]);
  const response = await new Swarm({ provider }).run({
    agent: new Agent({ functions: [...tools] }),
    messages: [{ role: 'user', content: 'Go.' }],
    ...settings,
  });
  return traceOf(response).toolCalls[0]!;
}
