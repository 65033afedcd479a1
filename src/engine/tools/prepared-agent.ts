import type OpenAI from 'openai';
import { isAgent, type Agent, type ContextVariables } from './agent.ts';
import { copyData, freezeData } from '../values/copy.ts';
import { suggested } from '../values/did-you-mean.ts';
import { valueWords } from '../values/value-words.ts';
import { inPlaceExecute } from './in-place.ts';
import { derivedFrom, type JsonSchema } from './json-schema.ts';
import {
  makeTool,
  standardSchemaOf,
  tool,
  type AgentFunction,
  type JsonObjectSchema,
  type Tool,
  type ToolContext,
} from './tool.ts';
import { fact, sentence, type Sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

type ToolDefinition = OpenAI.Chat.Completions.ChatCompletionFunctionTool;

/** A tool as the loop calls it. */
interface PreparedTool {
  readonly tool: Tool;
  /** False for plain functions. */
  readonly takesArguments: boolean;
  /**
   * False for plain functions, which get only the context variables. True for functions made by `inPlaceOf`, which
   * get the whole context.
   */
  readonly takesContext: boolean;
}

/** What the loop needs to know about an agent's functions. */
export interface PreparedAgent {
  /** The functions that this was prepared from, to notice when they change. */
  readonly functions: readonly AgentFunction[];
  readonly tools: ReadonlyMap<string, PreparedTool>;
  /**
   * The definitions of the tools, each frozen, in the order offered; undefined if the agent has no functions. The
   * list itself is not frozen, because it is copied for every request, and copying a frozen list is slow.
   */
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

/**
 * Validates an agent's fields and functions, and creates the definitions of its tools. Throws a TypeError for an
 * agent that cannot be offered to a model.
 */
export function prepareAgent(agent: Agent): PreparedAgent {
  assertValidFields(agent);
  const tools = new Map<string, PreparedTool>();
  for (const [index, candidate] of agent.functions.entries()) {
    const prepared = prepareTool(agent, candidate, index);
    if (tools.has(prepared.tool.name)) {
      throw new UsageError(
        sentence`Agent "${{ agent: agent.name }}" has two ${{ field: 'functions' }} named "${{ tool: prepared.tool.name }}". Rename one: the model could not tell them apart.`,
      );
    }
    tools.set(prepared.tool.name, prepared);
  }
  assertValidToolChoice(agent, tools);
  const definitions = Array.from(tools.values(), ({ tool: { name, description, parameters } }) =>
    freezeData({ type: 'function', function: { name, description, parameters } } as ToolDefinition),
  );
  return {
    functions: [...agent.functions],
    tools,
    definitions: definitions.length === 0 ? undefined : definitions,
  };
}

/** Fields may be set at any time, so they are checked when they are about to be used. */
function assertValidFields({ name, model, functions, parallelToolCalls }: Agent): void {
  if (typeof name !== 'string')
    throw new UsageError(
      sentence`The ${{ field: 'name' }} of ${{ where: 'an agent' }} must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(name) }}.`,
    );
  if (typeof model !== 'string')
    throw new UsageError(
      sentence`The ${{ field: 'model' }} of agent "${{ agent: name }}" must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(model) }}.`,
    );
  if (!Array.isArray(functions))
    throw new UsageError(
      sentence`The ${{ field: 'functions' }} of agent "${{ agent: name }}" must be ${{ expected: 'a list' }}, not ${{ given: valueWords(functions) }}.`,
    );
  if (typeof parallelToolCalls !== 'boolean') {
    throw new UsageError(
      sentence`The ${{ field: 'parallelToolCalls' }} of agent "${{ agent: name }}" must be ${{ expected: 'true or false' }}, but is ${{ given: valueWords(parallelToolCalls) }}.`,
    );
  }
}

function assertValidToolChoice({ name, toolChoice }: Agent, tools: ReadonlyMap<string, PreparedTool>): void {
  if (toolChoice === undefined || ['auto', 'none', 'required'].includes(toolChoice as string)) return;
  const { type, function: chosen } = (toolChoice ?? {}) as {
    type?: unknown;
    function?: { name?: unknown };
  };
  // The API itself validates the other types of tool choice.
  if (typeof type === 'string' && type !== 'function') return;
  if (type !== 'function' || typeof chosen?.name !== 'string') {
    const given: unknown = toolChoice;
    const advice =
      typeof given === 'string' && tools.has(given)
        ? ` Write { type: "function", function: { name: "${given}" } }.`
        : '';
    throw new UsageError(
      sentence`The ${{ field: 'toolChoice' }} of agent "${{ agent: name }}" must be ${{ expected: '"auto", "none", "required" or { type: "function", function: { name } }' }}, but is ${{ given: valueWords(toolChoice) }}.${advice}`,
    );
  }
  // Without tools, the tool choice is not sent.
  if (tools.size === 0 || tools.has(chosen.name)) return;
  const offered = [...tools.keys()];
  throw new UsageError(
    sentence`The ${{ field: 'toolChoice' }} of agent "${{ agent: name }}" is "${{ given: chosen.name }}", which is not one of its functions.${suggested(chosen.name, offered)} Its functions: ${{ known: offered }}.`,
  );
}

function prepareTool(agent: Agent, candidate: unknown, index: number): PreparedTool {
  const place = fact(
    { field: `functions[${index}]`, agent: agent.name },
    `Function ${index + 1} of agent "${agent.name}"`,
  );
  if (typeof candidate === 'function') return plainFunctionTool(place, candidate);
  if (!isTool(candidate)) {
    throw new UsageError(
      isAgent(candidate)
        ? sentence`${place} is ${{ given: `the agent "${candidate.name}"` }}. To hand off to it, pass a named function that returns it.`
        : sentence`${place} is ${{ given: valueWords(candidate) }}${candidate === undefined ? ' (an import cycle?)' : ''}. Pass a named function, or a tool made by tool().`,
    );
  }
  assertValidName(place, candidate.name);
  const own = derivedFrom(candidate.parameters as JsonSchema) ? candidate : asOwnTool(candidate);
  if ((own.parameters as JsonSchema)['type'] !== 'object') {
    throw new UsageError(
      sentence`${place}, "${{ tool: own.name }}", has parameters that are not ${{ expected: 'the schema of an object' }}. The model sends arguments by name: use { type: 'object', properties: … }.`,
    );
  }
  return { tool: own, takesArguments: true, takesContext: true };
}

function isTool(candidate: unknown): candidate is Tool {
  return (
    typeof candidate === 'object' &&
    candidate !== null &&
    typeof (candidate as Partial<Tool>).execute === 'function' &&
    typeof (candidate as Partial<Tool>).name === 'string'
  );
}

/**
 * Converts an object that was written without `tool()`, or created by another copy of this package, into what
 * `tool()` creates.
 */
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

function plainFunctionTool(place: Sentence, candidate: Function): PreparedTool {
  const { name } = candidate;
  if (name === '') {
    throw new UsageError(
      sentence`${place} has ${{ given: 'no name' }}, but the model calls functions by name. Write "function name() { … }", or use tool({ name: … }).`,
    );
  }
  assertValidName(place, name);
  if (candidate.length > 1) {
    throw new UsageError(
      sentence`${place}, "${{ tool: name }}", has ${{ given: `${candidate.length} parameters` }}. A plain function receives only the context variables. For arguments from the model, use tool({ name: '${name}', parameters: … }).`,
    );
  }
  const plain = candidate as (context: ContextVariables) => unknown;
  const inPlace = inPlaceExecute(candidate);
  const execute = inPlace ?? ((_args: unknown, context: ToolContext) => plain(context.contextVariables));
  const made = makeTool(name, '', { type: 'object', properties: {} }, execute);
  return { tool: made, takesArguments: false, takesContext: inPlace !== undefined };
}

function assertValidName(place: Sentence, name: string): void {
  if (!names.test(name)) {
    throw new UsageError(
      sentence`${place} is named "${{ tool: name }}", which the API does not accept. Use 1 to 64 of the characters a-z, A-Z, 0-9, _ and -.`,
    );
  }
}

/** The tool choice for requests: a frozen copy that the engine owns. */
export function toolChoiceOf(agent: Agent): Agent['toolChoice'] {
  return typeof agent.toolChoice === 'object' ? freezeData(copyData(agent.toolChoice)) : agent.toolChoice;
}
