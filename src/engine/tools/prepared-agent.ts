import type OpenAI from 'openai';
import type { Agent, ContextVariables } from './agent.ts';
import { copyData, freezeData } from '../data/copy.ts';
import { derivedFrom, type JsonSchema } from './json-schema.ts';
import { standardSchemaOf, tool, type AgentFunction, type JsonObjectSchema, type Tool } from './tool.ts';

type ToolDefinition = OpenAI.Chat.Completions.ChatCompletionFunctionTool;

/** A tool as the loop calls it. `takesArguments` is false for plain functions. */
interface PreparedTool {
  readonly tool: Tool;
  readonly takesArguments: boolean;
}

/** What the loop needs of an agent's functions. */
export interface PreparedAgent {
  /** The functions it was made from, to see when they change. */
  readonly functions: readonly AgentFunction[];
  readonly tools: ReadonlyMap<string, PreparedTool>;
  /** In the order offered, each frozen; undefined when there are none. The list itself is copied for every request, which is slow for a frozen one. */
  readonly definitions: readonly ToolDefinition[] | undefined;
}

const names = /^[a-zA-Z0-9_-]{1,64}$/;

/** Whether an agent still has the functions it was prepared from. */
export function isCurrent(prepared: PreparedAgent, agent: Agent): boolean {
  const { functions } = agent;
  return (
    functions.length === prepared.functions.length &&
    prepared.functions.every((known, index) => known === functions[index])
  );
}

/** Checks an agent's functions and makes their definitions. Throws a TypeError for what cannot be offered to a model. */
export function prepareAgent(agent: Agent): PreparedAgent {
  if (!Array.isArray(agent.functions)) {
    throw new TypeError(
      `The functions of agent "${agent.name}" must be a list, but are ${typeof agent.functions}.`,
    );
  }
  const tools = new Map<string, PreparedTool>();
  for (const [index, candidate] of agent.functions.entries()) {
    const prepared = prepareTool(agent, candidate, index);
    if (tools.has(prepared.tool.name)) {
      throw new TypeError(
        `Agent "${agent.name}" has two functions named "${prepared.tool.name}". Rename one: the model could not tell them apart.`,
      );
    }
    tools.set(prepared.tool.name, prepared);
  }
  const definitions = Array.from(tools.values(), ({ tool: { name, description, parameters } }) =>
    freezeData({ type: 'function', function: { name, description, parameters } } as ToolDefinition),
  );
  return {
    functions: [...agent.functions],
    tools,
    definitions: definitions.length === 0 ? undefined : definitions,
  };
}

function prepareTool(agent: Agent, candidate: unknown, index: number): PreparedTool {
  const place = `Function ${index + 1} of agent "${agent.name}"`;
  if (typeof candidate === 'function')
    return { tool: plainFunctionTool(place, candidate), takesArguments: false };
  if (!isTool(candidate)) {
    throw new TypeError(
      `${place} is ${candidate === undefined ? 'undefined (an import cycle?)' : 'no function'}. Pass a named function, or a tool made by tool().`,
    );
  }
  checkName(place, candidate.name);
  const own = derivedFrom(candidate.parameters as JsonSchema) ? candidate : asOwnTool(candidate);
  if ((own.parameters as JsonSchema)['type'] !== 'object') {
    throw new TypeError(
      `${place}, "${own.name}", has parameters that are not the schema of an object. The model sends arguments by name: use { type: 'object', properties: … }.`,
    );
  }
  return { tool: own, takesArguments: true };
}

function isTool(candidate: unknown): candidate is Tool {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof (candidate as Partial<Tool>).execute === 'function' &&
    typeof (candidate as Partial<Tool>).name === 'string'
  );
}

/** An object that somebody wrote instead of calling `tool()`, or another copy of this package made, is taken for what `tool()` would have made. */
function asOwnTool(candidate: Tool): Tool {
  const parameters = (standardSchemaOf(candidate) ?? candidate.parameters) as JsonObjectSchema;
  const { name, description } = candidate;
  return tool({
    name,
    description,
    parameters,
    execute: (args, context) => candidate.execute(args, context) as unknown,
  });
}

function plainFunctionTool(place: string, candidate: Function): Tool {
  const { name } = candidate;
  if (name === '') {
    throw new TypeError(
      `${place} has no name, and the model calls functions by name. Write "function name() { … }", or use tool({ name: … }).`,
    );
  }
  checkName(place, name);
  if (candidate.length > 1) {
    throw new TypeError(
      `${place}, "${name}", has ${candidate.length} parameters. A plain function receives the context variables and nothing else; for arguments from the model use tool({ name: '${name}', parameters: … }).`,
    );
  }
  return tool({
    name,
    execute: (_args, { contextVariables }) =>
      (candidate as (context: ContextVariables) => unknown)(contextVariables),
  });
}

function checkName(place: string, name: string): void {
  if (!names.test(name)) {
    throw new TypeError(
      `${place} is named "${name}", which the API does not take. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.`,
    );
  }
}

/** The tool choice as requests carry it: the engine's own copy. */
export function toolChoiceOf(agent: Agent): Agent['toolChoice'] {
  return typeof agent.toolChoice === 'object' ? freezeData(copyData(agent.toolChoice)) : agent.toolChoice;
}
