import { problemsBySchema, ToolSchemaError } from '../engine/tools/arguments.ts';
import { isPlainObject } from '../engine/values/copy.ts';
import { shorten } from '../engine/values/engine-errors.ts';
import { fact, sentence, type Sentence } from '../engine/values/error-facts.ts';
import { isPromiseLike } from '../engine/values/promise.ts';
import { valueWords } from '../engine/values/value-words.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import type { ModelStep, ToolCallStep } from './steps.ts';

/**
 * The fields of a request that limit its answer. Other clients send them in forms that were not validated, so
 * everything about them is unknown.
 */
interface Limits {
  readonly tool_choice?: unknown;
  readonly parallel_tool_calls?: unknown;
  readonly response_format?: unknown;
  readonly n?: unknown;
}

/** Why a step does not answer to a request; a promise while the schema validator is being loaded. */
type Problem = Sentence | undefined | Promise<unknown>;

/**
 * Why the API would never give the answer of a step to this request: the request forbids calls, demands one, allows
 * only one, or demands JSON or several answers. Undefined if the request allows the answer, or if the step is meant to
 * be wrong. After a promise, call this function again.
 *
 * A refusal, an answer that was cut short, and one with a fault may lack what the request demands.
 */
export function problemWithLimits(step: ModelStep, request: CompletionRequest): Problem {
  if (step.hallucinated) return undefined;
  const { tool_choice, parallel_tool_calls, response_format, n }: Limits = request;
  if (isSet(tool_choice)) {
    const problem = choiceProblem(step, tool_choice, request);
    if (problem) return problem;
  }
  const meant = parallel_tool_calls === false ? meantCalls(step) : [];
  if (meant.length > 1)
    return sentence`makes ${{ given: `${meant.length} calls` }}, but the request allows ${{ expected: 'one call in an answer' }} (${{ field: 'parallel_tool_calls' }}: false).`;
  if (typeof n === 'number' && n > 1 && !step.fault)
    return sentence`is ${{ given: 'one answer' }}, but the request asks for ${{ expected: `${n} answers` }} (${{ field: 'n' }}: ${n}), and a script answers each request once.`;
  return isSet(response_format) ? formatProblem(step, response_format) : undefined;
}

/** The calls that are not meant to be wrong. */
function meantCalls({ calls = [] }: ModelStep): readonly ToolCallStep[] {
  return calls.filter(({ hallucinated, rawArgs }) => !hallucinated && rawArgs === undefined);
}

/** Whether the answer of a step arrives whole, and does not refuse. */
function isWhole({ refusal, fault, finishReason }: ModelStep): boolean {
  return refusal === undefined && !fault && finishReason !== 'length' && finishReason !== 'content_filter';
}

function choiceProblem(step: ModelStep, choice: unknown, request: CompletionRequest): Sentence | undefined {
  const [call] = meantCalls(step);
  const field = fact({ field: 'tool_choice' }, `tool_choice: ${shorten(JSON.stringify(choice), 120)}`);
  if (choice === 'none')
    return (
      call &&
      sentence`calls the tool "${{ tool: call.tool }}", but the request allows ${{ expected: 'no calls' }} (${field}).`
    );
  const { names, isDemanded } = toolsOf(choice);
  const demanded = names.length === 0 ? 'a call' : `a call of ${names.join(' or ')}`;
  if (isDemanded && !step.calls && isWhole(step) && (request.tools ?? []).length > 0)
    return sentence`calls ${{ given: 'no tool' }}, but the request demands ${{ expected: demanded }} (${field}).`;
  const other = names.length > 0 ? meantCalls(step).find(({ tool }) => !names.includes(tool)) : undefined;
  return (
    other &&
    sentence`calls the tool "${{ tool: other.tool }}", but the request allows only ${{ known: names }} (${field}).`
  );
}

/** The tools that a choice allows, and whether it demands a call. An empty list allows every tool. */
export function toolsOf(choice: unknown): { names: readonly string[]; isDemanded: boolean } {
  if (!isPlainObject(choice)) return { names: [], isDemanded: choice === 'required' };
  const { allowed_tools: allowed } = choice;
  if (!isPlainObject(allowed)) return { names: namesIn([choice]), isDemanded: true };
  const { tools, mode } = allowed;
  return { names: Array.isArray(tools) ? namesIn(tools) : [], isDemanded: mode === 'required' };
}

function namesIn(tools: readonly unknown[]): string[] {
  return tools.flatMap((tool) => {
    if (!isPlainObject(tool)) return [];
    const { function: ofFunction, custom } = tool;
    const named = isPlainObject(ofFunction) ? ofFunction : custom;
    return isPlainObject(named) && typeof named['name'] === 'string' ? [named['name']] : [];
  });
}

function formatProblem(step: ModelStep, format: unknown): Problem {
  const { say } = step;
  if (say === undefined || step.calls || !isWhole(step) || !isPlainObject(format)) return undefined;
  const { type, json_schema: described } = format;
  if (type !== 'json_object' && type !== 'json_schema') return undefined;
  const field = fact({ field: 'response_format' }, `response_format: ${type}`);
  const says = sentence`says ${{ given: JSON.stringify(shorten(say, 200)) }}`;
  const parsed = parse(say);
  if (parsed === undefined)
    return sentence`${says}, but the request demands ${{ expected: 'JSON' }} (${field}).`;
  if (type === 'json_object')
    return isPlainObject(parsed.value)
      ? undefined
      : sentence`${says}, but the request demands ${{ expected: 'a JSON object' }} (${field}).`;
  const { name, schema, strict } = isPlainObject(described) ? described : {};
  // Without `strict`, the API tries to keep to the schema, and does not promise it.
  if (strict !== true || !isPlainObject(schema)) return undefined;
  const problems = schemaProblems(String(name), schema, parsed.value);
  if (isPromiseLike(problems)) return Promise.resolve(problems);
  return problems.length === 0
    ? undefined
    : sentence`${says}, but the request demands ${{ expected: `JSON that fits the schema "${String(name)}"` }} (${field}): ${problems.join(' ')}`;
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function schemaProblems(name: string, schema: object, value: unknown): string[] | Promise<unknown> {
  // The API takes only schemas of objects.
  if (!isPlainObject(value)) return [`The whole must be an object, but is ${valueWords(value)}.`];
  try {
    const problems = problemsBySchema(name, schema, value);
    if (isPromiseLike(problems)) return problems;
    return problems.map((problem) =>
      problem
        .replace(/is not an argument of this tool\.$/, 'is not in the schema.')
        .replace('the schema of this tool', 'the schema'),
    );
  } catch (error) {
    if (error instanceof ToolSchemaError) return ['The schema itself is not a valid JSON Schema.'];
    throw error;
  }
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
