import { isPlainObject } from '../../engine/values/copy.ts';
import { valueWords } from '../../engine/values/value-words.ts';
import { formatName, formatVersion, isLines, textFields, type CassetteFile } from './format.ts';

/** A mistake in a cassette, and its place. */
export class CassetteProblem extends Error {
  /** What is wrong: the file is damaged, is not a cassette, or was written by a newer swarmcheck. */
  readonly problem: 'damaged' | 'foreign' | 'newer';
  /** The keys and indexes that lead from the root to the mistake. */
  readonly path: readonly (string | number)[];
  /** Descriptions of a valid value and of the value found. */
  readonly expected: string | undefined;
  readonly given: string | undefined;

  constructor(
    message: string,
    {
      problem = 'damaged',
      path = [],
      expected,
      given,
    }: Partial<Pick<CassetteProblem, 'problem' | 'path' | 'expected' | 'given'>>,
  ) {
    super(message);
    this.problem = problem;
    this.path = path;
    this.expected = expected;
    this.given = given;
  }
}

type Path = readonly (string | number)[];
type Fields = Readonly<Record<string, unknown>>;
type Assert = (value: unknown, path: Path) => void;

/** Throws a CassetteProblem if the value is not a cassette, has a newer version, or is damaged. */
export function assertValidCassette(value: unknown): CassetteFile {
  if (!isPlainObject(value) || value['format'] !== formatName) {
    throw new CassetteProblem(`This is not a cassette: it needs "format": "${formatName}".`, {
      problem: 'foreign',
    });
  }
  const { version } = value;
  if (typeof version === 'number' && version > formatVersion) {
    throw new CassetteProblem(
      `A newer swarmcheck wrote this file, in version ${version} of the format. This swarmcheck reads version ${formatVersion}. Update swarmcheck.`,
      { problem: 'newer', path: ['version'] },
    );
  }
  if (version !== formatVersion) fail(['version'], `the number ${formatVersion}`, version);
  cassette(value, []);
  const file = value as unknown as CassetteFile;
  assertValidLabels(file);
  for (const [index, { interactions }] of file.lanes.entries())
    assertValidNumbers(interactions, ['lanes', index, 'interactions']);
  return file;
}

const remedy = 'Restore the file, or record it again.';

function fail(path: Path, expected: string, value: unknown): never {
  const place = path.length === 0 ? 'It' : `"${pathText(path)}"`;
  const given = value === undefined ? undefined : valueWords(value);
  throw new CassetteProblem(
    given === undefined
      ? `${place} is missing; it must be ${expected}. ${remedy}`
      : `${place} must be ${expected}, but is ${given}. ${remedy}`,
    { path, expected, given },
  );
}

/** A path as JavaScript writes it. */
export function pathText(path: Path): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? key : `${text}.${key}`),
    '',
  );
}

const is =
  (expected: string, test: (value: unknown) => boolean): Assert =>
  (value, path) => {
    if (!test(value)) fail(path, expected, value);
  };

const text = is('a string', (value) => typeof value === 'string');
const lines = is('a string, or a list of lines', (value) => typeof value === 'string' || isLines(value));
const flag = is('true', (value) => value === true);
const boolean = is('true or false', (value) => typeof value === 'boolean');
const object = is('an object', isPlainObject);
const count = is('a whole number from 0', (value) => Number.isInteger(value) && Number(value) >= 0);
const anything: Assert = () => {};

const listOf =
  (item: Assert): Assert =>
  (value, path) => {
    if (!Array.isArray(value)) return fail(path, 'a list', value);
    for (let index = 0; index < value.length; index++) item(value[index], [...path, index]);
  };

const mapOf =
  (item: Assert): Assert =>
  (value, path) => {
    object(value, path);
    for (const [key, inner] of Object.entries(value as Fields)) item(inner, [...path, key]);
  };

/** Asserts the required fields, then the optional ones. Other fields have no meaning and are rejected. */
const record =
  (required: Readonly<Record<string, Assert>>, optional: Readonly<Record<string, Assert>> = {}): Assert =>
  (value, path) => {
    object(value, path);
    const fields = value as Fields;
    for (const key in required) required[key]!(fields[key], [...path, key]);
    for (const key of Object.keys(fields)) {
      if (Object.hasOwn(required, key)) continue;
      if (!Object.hasOwn(optional, key))
        fail([...path, key], 'absent (a cassette has no such field)', fields[key]);
      if (fields[key] !== undefined) optional[key]!(fields[key], [...path, key]);
    }
  };

const message: Assert = (value, path) => {
  object(value, path);
  text((value as Fields)['role'], [...path, 'role']);
};

const part: Assert = (value, path) => {
  object(value, path);
  const kind = ['texts', 'arguments', 'delta', 'chunk'].find((name) => Object.hasOwn(value as object, name));
  if (kind === undefined) return fail(path, 'a part with "texts", "arguments", "delta" or "chunk"', value);
  partAsserts[kind]!(value, path);
  const { [kind]: pieces, ms } = value as Fields;
  if (Array.isArray(pieces) && (ms as unknown[]).length !== pieces.length)
    fail([...path, 'ms'], `a list of numbers, one for each of the ${kind} (${pieces.length})`, ms);
};

const field = is(`one of ${textFields.join(', ')}`, (value) => textFields.includes(value as 'content'));
const partAsserts: Readonly<Record<string, Assert>> = {
  texts: record({ texts: listOf(text), field, ms: listOf(count) }),
  arguments: record({ arguments: listOf(text), call: count, ms: listOf(count) }),
  delta: record({ delta: object, ms: count }, { finish_reason: text }),
  chunk: record({ chunk: object, ms: count }, { isWhole: flag }),
};

const cut = is('"error", "end" or "left"', (value) => ['error', 'end', 'left'].includes(value as string));
const stream = record({ chunk: object, parts: listOf(part) }, { choice: object, cut });
const error = record({ name: text, message: text }, { status: count, headers: mapOf(text), body: anything });
const kinds = ['unknown-tool', 'invalid-json', 'invalid-arguments', 'threw', 'not-serializable'];
const errorKind = is(`one of ${kinds.join(', ')}`, (value) => kinds.includes(value as string));
const interactionFields = record(
  {
    number: count,
    request: record({ agent: text }, { keep: count, new: listOf(message) }),
    ms: count,
  },
  {
    completion: anything,
    stream,
    error,
    aborted: flag,
    results: listOf(record({ tool: text, content: lines }, { error: errorKind })),
    handoff: record({ to: text, tool: text }),
    context: record({ set: object, deleted: listOf(text) }),
  },
);

const answers = ['completion', 'stream', 'error', 'aborted'];

const interaction: Assert = (value, path) => {
  interactionFields(value, path);
  if (answers.every((name) => !Object.hasOwn(value as object, name)))
    fail(
      [...path, 'completion'],
      `present, unless there is one of ${answers.slice(1).join(', ')}`,
      undefined,
    );
};

const agent = record(
  { model: text },
  {
    name: text,
    instructions: lines,
    role: is('"developer"', (value) => value === 'developer'),
    tools: listOf(text),
    parameters: object,
  },
);
const cassette = record(
  {
    format: text,
    version: count,
    agents: mapOf(agent),
    tools: mapOf(object),
    lanes: listOf(record({ interactions: listOf(interaction) }, { conversation: text })),
  },
  {
    scenario: record({ file: text, name: text }, { model: text, stream: boolean }),
    test: record({ file: text, name: text }),
  },
);

/** Asserts that every label that is used is defined. */
function assertValidLabels({ agents, tools, lanes }: CassetteFile): void {
  for (const [label, { tools: offered = [] }] of Object.entries(agents)) {
    for (const [index, tool] of offered.entries()) {
      if (!Object.hasOwn(tools, tool))
        fail(['agents', label, 'tools', index], 'the name of a tool under "tools"', tool);
    }
  }
  for (const [lane, { interactions }] of lanes.entries()) {
    for (const [index, { request }] of interactions.entries()) {
      if (!Object.hasOwn(agents, request.agent))
        fail(
          ['lanes', lane, 'interactions', index, 'request', 'agent'],
          'the name of an agent under "agents"',
          request.agent,
        );
    }
  }
}

/**
 * Asserts that the interactions of a lane are numbered from 1 without gaps. Editing or merging a file by hand can
 * break the numbers.
 */
function assertValidNumbers(interactions: readonly { number: number }[], path: Path): void {
  const numbers = interactions.map(({ number }) => number);
  const index = numbers.findIndex((number, position) => number !== position + 1);
  if (index < 0) return;
  const lane = `lane ${Number(path[1]) + 1}`;
  const place = [...path, index, 'number'];
  const [expected, found] = [index + 1, numbers[index]!];
  if (numbers.indexOf(found) < index)
    throw new CassetteProblem(`Interaction ${found} of ${lane} exists twice. ${remedy}`, { path: place });
  if (numbers.includes(expected))
    throw new CassetteProblem(
      `The interactions of ${lane} are not in order: ${found} is at the place of ${expected}, and ${expected} comes later. ${remedy}`,
      { path: place },
    );
  throw new CassetteProblem(
    `Interaction ${expected} of ${lane} is missing: ${expected === 1 ? 'the lane begins with' : `${expected - 1} is followed by`} ${found}. ${remedy}`,
    { path: place },
  );
}
