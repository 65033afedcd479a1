import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import type { RequestParts } from './request-parts.ts';
import { CassetteFileError } from '../cassette-errors.ts';

/** All of a request but its history, without secrets. */
export type Settings = Omit<RequestParts, 'history' | 'start'>;

/** The settings of a request as they are stored; `like` are those that were recorded in their place, if this is a replay. */
export function settingsOf(
  { model, instructions, role, tools, parameters }: RequestParts,
  redactor: Redactor,
  secrets: LaneSecrets,
  like?: Settings,
): Settings {
  const path = ['request', 'messages', 0, 'content'];
  return {
    model,
    instructions:
      instructions === undefined ? undefined : redactor.text(secrets, instructions, path, like?.instructions),
    role,
    tools: tools.map((tool, index) =>
      storedTool(tool, ['request', 'tools', index], redactor, secrets, like?.tools[index]),
    ),
    parameters: storedParameters(parameters, redactor, secrets, like?.parameters),
  };
}

/** Of these the fields are named after what they describe. */
const schemaParameters = new Set(['response_format', 'functions']);
const isSchema = ([name]: [string, unknown]) => schemaParameters.has(name);

function storedParameters(
  parameters: Settings['parameters'],
  redactor: Redactor,
  secrets: LaneSecrets,
  like: Settings['parameters'] | undefined,
): Settings['parameters'] {
  const entries = Object.entries(parameters);
  const schemas = Object.fromEntries(entries.filter(isSchema));
  const others = Object.fromEntries(entries.filter((entry) => !isSchema(entry)));
  return {
    ...(redactor.data(secrets, others, ['request'], like) as object),
    ...(redactor.definition(secrets, schemas, ['request'], like) as object),
  };
}

/** A function is described by a schema; a tool of another kind may carry the headers that its server wants. */
function storedTool(
  tool: object,
  path: readonly (string | number)[],
  redactor: Redactor,
  secrets: LaneSecrets,
  like: object | undefined,
): object {
  const { function: called, ...others } = tool as Record<string, unknown>;
  const rest = redactor.data(secrets, others, path, like) as object;
  if (called === undefined) return rest;
  return {
    ...rest,
    function: redactor.definition(
      secrets,
      called,
      [...path, 'function'],
      (like as { function?: unknown })?.function,
    ),
  };
}

/** Whether two requests have the same settings; what an engine shares between its requests is seen at once. */
export function sameSettings(left: RequestParts, right: RequestParts): boolean {
  return (
    left.model === right.model &&
    left.instructions === right.instructions &&
    left.role === right.role &&
    left.tools.length === right.tools.length &&
    left.tools.every((tool, index) => isSame(tool, right.tools[index])) &&
    isSame(left.parameters, right.parameters)
  );
}

function isSame(left: object, right: object | undefined): boolean {
  return left === right || textOf(left) === JSON.stringify(right);
}

/** The left one is compared to many. */
function textOf(value: object): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  const text = JSON.stringify(value);
  texts.set(value, text);
  return text;
}

const texts = new WeakMap<object, string>();

/** Throws a CassetteFileError for a secret in what stands in the cassette as it is, because it is looked for as it is. */
export function assertValidNames(
  { conversation, secrets }: { conversation: string | undefined; secrets: LaneSecrets },
  agent: string,
  model: string,
  path: string,
): void {
  const names = { conversation, agent, model };
  for (const [what, name] of Object.entries(names))
    if (name !== undefined && secrets.hideText(name) !== name)
      throw new CassetteFileError(
        `The name of the ${what} holds an e-mail address or another secret, and it would stand in ${path}. Name it otherwise, by an id for example.`,
        { problem: 'secret', file: path },
      );
}
