import type { Validator } from '@cfworker/json-schema';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { copyData } from '../values/copy.ts';
import { declaredArguments, derivedFrom, type DeclaredArguments, type JsonSchema } from './json-schema.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';
import { isPromiseLike } from '../values/promise.ts';
import { withoutSlowPatterns } from './schema-patterns.ts';
import { argumentsWords, schemaProblems } from './schema-problems.ts';
import { valueWords } from '../values/value-words.ts';
import { standardSchemaOf, type Tool } from './tool.ts';

/**
 * Thrown when a tool's schema cannot be used, for example because a reference has no target. The mistake is in the
 * tool, and the model cannot correct it.
 */
export class ToolSchemaError extends UsageError {
  /** The name of the tool. */
  declare readonly tool: string;
}

/** Arguments ready for `execute`, or the problems to report to the model. */
export type ParsedToolArguments = { args: unknown } | { problems: string[] };

/** Loaded on first use: for a plain JSON Schema, or to explain arguments that a library rejected. */
let validatorClass: typeof Validator | undefined;

/** Data derived from a schema, created when the first arguments are validated against it. */
interface CompiledSchema {
  declared?: DeclaredArguments;
  validator?: Validator;
  /**
   * The last raw arguments that were valid, which are not validated again. A scripted call would be validated twice:
   * when it leaves the script, and when it arrives at the engine.
   */
  lastValid?: string;
}

/** The data derived from schemas that `tool()` did not create, such as a schema from a request over HTTP. */
const compiledElsewhere = new WeakMap<object, CompiledSchema>();

/**
 * Validates parsed arguments against a tool's schema, before the tool is called.
 *
 * Undeclared arguments are found first. Then the arguments are validated by the library that the tool's schema was
 * written with, or by a validator for plain JSON Schema. Problems that the JSON Schema itself shows are worded here.
 * The library's own messages appear only if the JSON Schema is satisfied and the library still rejects the arguments
 * (a refinement).
 */
export function parseToolArguments(
  tool: Tool,
  args: object,
  raw: string,
): ParsedToolArguments | Promise<ParsedToolArguments> {
  const schema = tool.parameters as JsonSchema;
  const undeclared = undeclaredProblems(schema, args);
  const library = standardSchemaOf(tool);
  if (!library) {
    if (Object.keys(args).length === 0 && takesNothing(schema)) return { args };
    if (!validatorClass) return loadValidator().then(() => parseToolArguments(tool, args, raw));
    return verdict(args, undeclared, jsonSchemaProblems(tool.name, schema, args, raw));
  }
  const outcome = library['~standard'].validate(args);
  return isPromiseLike(outcome)
    ? Promise.resolve(outcome).then((late) => libraryVerdict(tool, args, undeclared, late))
    : libraryVerdict(tool, args, undeclared, outcome);
}

/**
 * Validates arguments against a JSON Schema alone, for code that has a request but not its tools. Returns the
 * problems as sentences. Returns a promise only if the validator is not loaded yet.
 */
export function problemsBySchema(
  name: string,
  parameters: object,
  args: object,
  raw?: string,
): string[] | Promise<string[]> {
  if (!validatorClass) return loadValidator().then(() => problemsBySchema(name, parameters, args, raw));
  const schema = parameters as JsonSchema;
  const undeclared = undeclaredProblems(schema, args);
  const problems = jsonSchemaProblems(name, schema, args, raw);
  return undeclared.length === 0 ? problems : distinct([...undeclared, ...problems]);
}

/** The last sentence of a message about arguments: which ones the tool takes. */
export function argumentsSummary(tool: Tool): string {
  return `Arguments: ${argumentsWords(tool.parameters as JsonSchema)}.`;
}

/** Parses the arguments that the model sent. An empty text means no arguments. */
export function parseArguments(
  raw: string,
): { args: object } | { kind: 'invalid-json' | 'invalid-arguments'; problem: string } {
  if (raw.trim() === '') return { args: {} };
  if (isTooDeep(raw))
    return { kind: 'invalid-arguments', problem: `They are nested more than ${deepest} levels deep.` };
  let parsed: unknown;
  try {
    parsed = JSON.parse(raw);
  } catch {
    return { kind: 'invalid-json', problem: 'They are not valid JSON.' };
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    return {
      kind: 'invalid-arguments',
      problem: `They must be a JSON object, not ${valueWords(parsed)}.`,
    };
  }
  return { args: parsed };
}

/** No tool needs arguments that are nested more deeply, and recursive code would run out of stack on them. */
const deepest = 500;

/** Whether arguments are nested so deeply that they are rejected without being parsed. */
export function isTooDeep(raw: string): boolean {
  if (raw.length < 2 * deepest) return false;
  let depth = 0;
  let inText = false;
  for (let index = 0; index < raw.length; index++) {
    const character = raw[index];
    if (character === '"') inText = !inText;
    else if (inText) index += character === '\\' ? 1 : 0;
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > deepest) return true;
  }
  return false;
}

function verdict(args: unknown, undeclared: string[], problems: string[]): ParsedToolArguments {
  return undeclared.length + problems.length === 0
    ? { args }
    : { problems: distinct([...undeclared, ...problems]) };
}

async function explainedByLibrary(
  tool: Tool,
  args: object,
  undeclared: string[],
  issues: readonly StandardSchemaV1.Issue[],
): Promise<ParsedToolArguments> {
  const bySchema = await problemsBySchema(tool.name, tool.parameters, args);
  return {
    problems: distinct([...undeclared, ...(bySchema.length > 0 ? bySchema : issues.map(issueWords))]),
  };
}

function libraryVerdict(
  tool: Tool,
  args: object,
  undeclared: string[],
  outcome: StandardSchemaV1.Result<unknown>,
): ParsedToolArguments | Promise<ParsedToolArguments> {
  if (outcome.issues) return explainedByLibrary(tool, args, undeclared, outcome.issues);
  return verdict(outcome.value, undeclared, []);
}

function issueWords(issue: StandardSchemaV1.Issue): string {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const path = keys.reduce<string>((before, key) => {
    if (typeof key === 'number') return `${before}[${key}]`;
    return before === '' ? String(key) : `${before}.${String(key)}`;
  }, '');
  const message = /[.!?]$/.test(issue.message) ? issue.message : `${issue.message}.`;
  return path === '' ? message : `"${path}": ${message}`;
}

async function loadValidator(): Promise<void> {
  validatorClass = (await import('@cfworker/json-schema')).Validator;
}

function compiledOf(schema: JsonSchema): CompiledSchema {
  const known = derivedFrom(schema) ?? compiledElsewhere.get(schema);
  if (known) return known;
  const compiled: CompiledSchema = {};
  compiledElsewhere.set(schema, compiled);
  return compiled;
}

function undeclaredProblems(schema: JsonSchema, args: object): string[] {
  const declared = (compiledOf(schema).declared ??= declaredArguments(schema));
  if (declared.others) return [];
  return Object.keys(args)
    .filter((name) => !declared.names.has(name) && !declared.patterns.some((pattern) => pattern.test(name)))
    .map((name) => `"${name}" is not an argument of this tool.`);
}

/** Whether a schema has no keyword that could reject an empty object. */
function takesNothing(schema: JsonSchema): boolean {
  return Object.keys(schema).every((keyword) => keyword === 'type' || keyword === 'properties');
}

function jsonSchemaProblems(
  name: string,
  schema: JsonSchema,
  args: object,
  raw: string | undefined,
): string[] {
  const compiled = compiledOf(schema);
  if (raw !== undefined && raw === compiled.lastValid) return [];
  try {
    // The validator changes the schema it gets, so it gets a copy. `tool()` refuses slow patterns; a schema that is
    // somebody else's is used without them.
    compiled.validator ??= new validatorClass!(withoutSlowPatterns(copyData(schema)), '2020-12', false);
    const { valid, errors } = compiled.validator.validate(args);
    if (!valid) return schemaProblems(schema, args, errors);
    if (raw !== undefined && raw.length < 1000) compiled.lastValid = raw;
    return [];
  } catch (error) {
    throw new ToolSchemaError(
      sentence`The ${{ field: 'parameters' }} of tool "${{ tool: name }}" are not a valid JSON Schema.`,
      { cause: error },
    );
  }
}

function distinct(problems: string[]): string[] {
  return [...new Set(problems)];
}
