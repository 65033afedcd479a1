/** What the linter cannot express: the shape of the source tree, read as text. Every line of a failure says what to do. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** What is about no model and no agent. */
const rooms = ['files', 'secrets'];
const core = ['engine', ...rooms, 'trace', 'script', 'wire', 'cassette', 'scenario'];
const everything = [
  ...core,
  'evaluation',
  'vitest',
  'property',
  'simulation',
  'sweep',
  'report',
  'chat',
  'mcp',
  'worker',
];

/** What the files of a folder may import, beside their own folder. The entries may import everything but src/cli. */
const mayImport: Record<string, string[]> = {
  engine: [],
  files: [],
  secrets: ['engine'],
  trace: ['engine', ...rooms],
  script: ['engine', ...rooms, 'trace'],
  wire: ['engine', ...rooms, 'trace', 'script'],
  cassette: ['engine', ...rooms, 'trace', 'script', 'wire'],
  scenario: ['engine', ...rooms, 'trace', 'script', 'wire'],
  evaluation: core,
  vitest: core,
  property: core,
  simulation: core,
  sweep: core,
  report: core,
  chat: [...core, 'report'],
  mcp: ['engine', ...rooms],
  worker: ['engine', ...rooms],
  cli: everything,
};

/** Packages that belong to one folder, or two. */
const homes: Record<string, string[]> = {
  vitest: ['src/vitest/'],
  msw: ['src/wire/'],
  'fast-check': ['src/property/'],
  piscina: ['src/worker/'],
  commander: ['src/cli/'],
  tinyglobby: ['src/cli/'],
  // User modules are TypeScript, on the command line as in threads.
  tsx: ['src/cli/', 'src/worker/'],
};

/** Packages that come by dynamic import, on first use, except in the entries that are for them. */
const onFirstUse = [...Object.keys(homes), 'openai', '@cfworker/json-schema'];
const loads: Record<string, string[]> = {
  'src/vitest.ts': ['vitest'],
  'src/msw.ts': ['msw'],
  // Which is for tests alone.
  'src/fast-check.ts': ['fast-check', '@cfworker/json-schema'],
  'src/cli/main.ts': ['commander', 'tinyglobby', 'tsx'],
};

interface Import {
  /** Where it stands, as file:line. */
  place: string;
  file: string;
  specifier: string;
  /** Loads the module together with the file, as a type or a dynamic import does not. */
  loads: boolean;
  /** Loads the module later, when it is needed. */
  loadsLater: boolean;
  /** What a relative import points to, from the root of the repository. */
  target: string | undefined;
}

const filesOf = (folder: string) =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [])
    .filter((path) => path.endsWith('.ts'))
    .map((path) => join(folder, path));
const parse = (file: string) =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
const placeOf = (node: ts.Node) => {
  const source = node.getSourceFile();
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
};
const nodesOf = (node: ts.Node): ts.Node[] => [node, ...node.getChildren().flatMap(nodesOf)];

function importsOf(source: ts.SourceFile): Import[] {
  return nodesOf(source).flatMap((node) => {
    const isStatic = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    const isDynamic = ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword;
    let name: ts.Node | undefined;
    if (isStatic) name = node.moduleSpecifier;
    else if (isDynamic) name = node.arguments[0];
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) name = node.argument.literal;
    if (!name || !ts.isStringLiteralLike(name)) return [];
    const isType = /^(import|export) type\b/.test(node.getText());
    const specifier = name.text;
    const target = specifier.startsWith('.') ? join(dirname(source.fileName), specifier) : undefined;
    return [
      {
        place: placeOf(node),
        file: source.fileName,
        specifier,
        loads: isStatic && !isType,
        loadsLater: isDynamic,
        target,
      },
    ];
  });
}

const folderOf = (file: string) => /^src\/([^/]+)\//.exec(file)?.[1];
const packageOf = (specifier: string) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
const isEntry = (file: string) => /^src\/[^/]+$/.test(file);

const sources = filesOf('src').map(parse);
const imports = sources.flatMap(importsOf);

test('imports go up the list of folders, never down or sideways', () => {
  const wrong = imports.flatMap(({ place, file, target }) => {
    if (target === undefined) return [];
    const [from, to] = [folderOf(file), folderOf(target)];
    const allowed = from === undefined ? everything : mayImport[from];
    if (!allowed) return `${place} is in src/${from}, which has no place in mayImport. Give it one.`;
    if (to !== undefined && [from, ...allowed].includes(to)) return [];
    // The command line gives user modules the entries that it has itself.
    if (from === 'cli' && isEntry(target)) return [];
    return `${place} imports ${target}, but may import ${allowed.join(', ') || 'nothing of ours'}. Move up what is shared.`;
  });
  expect(wrong).toEqual([]);
});

/** The rooms of src/cassette, and which of the others each may import. */
const cassetteRooms: Record<string, string[]> = {
  format: [],
  redact: ['format'],
  match: ['format', 'redact'],
  record: ['format', 'redact', 'match'],
};

test('the rooms of cassettes import one way', () => {
  const roomOf = (file: string) => /^src\/cassette\/([^/]+)\//.exec(file)?.[1];
  const wrong = imports.flatMap(({ place, file, target }) => {
    const [from, to] = [roomOf(file), roomOf(target ?? '')];
    if (from === undefined || to === undefined || from === to || cassetteRooms[from]?.includes(to)) return [];
    return `${place} imports ${target}, but src/cassette/${from} may import ${cassetteRooms[from]?.join(', ')}.`;
  });
  expect(wrong).toEqual([]);
});

test('each folder says in one sentence what is in it, and the architecture shows the same sentence', () => {
  const folders = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
  const wrong = folders.flatMap((folder) => {
    const file = join(folder, 'README.md');
    const sentence = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    return /^[A-Za-z].*\.$/.test(sentence) && !/[.!?] /.test(sentence)
      ? []
      : `${file} has to be one sentence that says what is in its folder.`;
  });
  expect(wrong).toEqual([]);
  const architecture = readFileSync('docs/architecture.md', 'utf8');
  const shown = [...architecture.matchAll(/^ *- `(src\/.+)\/`: (.*)$/gm)].map(
    ([, folder, text]) => [folder!, text!] as const,
  );
  expect(new Map(shown)).toEqual(
    new Map(folders.map((folder) => [folder, readFileSync(join(folder, 'README.md'), 'utf8').trim()])),
  );
});

test('sources import each other by relative path, ending in .ts', () => {
  const wrong = imports
    .filter(({ specifier, target }) =>
      target === undefined ? packageOf(specifier) === 'swarmcheck' : !target.endsWith('.ts'),
    )
    .map(({ place, specifier }) => `${place} imports ${specifier}. Write the relative path of the .ts file.`);
  expect(wrong).toEqual([]);
});

test('entries hold named re-exports only', () => {
  const wrong = sources
    .filter(({ fileName }) => isEntry(fileName))
    .flatMap(({ fileName, statements }) => {
      const allowed =
        fileName === 'src/vitest.ts'
          ? /^(export (type )?\{[^]* from |import ')/
          : /^export (type )?\{[^]* from /;
      return statements.filter((statement) => !allowed.test(statement.getText()));
    })
    .map(
      (node) =>
        `${placeOf(node)} is no re-export by name. Write export { … } from './….ts', and move the code there.`,
    );
  expect(wrong).toEqual([]);
});

test('a package is imported in its folder only', () => {
  const wrong = imports.flatMap(({ place, file, specifier }) => {
    const folders = homes[packageOf(specifier)];
    return folders === undefined || folders.some((folder) => file.startsWith(folder))
      ? []
      : `${place} imports ${specifier}. Do that under ${folders.join(' or ')}.`;
  });
  expect(wrong).toEqual([]);
});

const entries = sources
  .map(({ fileName }) => fileName)
  .filter((file) => isEntry(file) || file === 'src/cli/main.ts');

/** The files that these imports lead to from a file, itself included. */
function reachedFrom(start: string, through: readonly Import[]): Set<string> {
  const reached = new Set([start]);
  // A set visits what is added while it is walked.
  for (const file of reached) {
    for (const { target } of through.filter((one) => one.file === file)) reached.add(target ?? start);
  }
  return reached;
}

test('an entry loads no package that it is not for', () => {
  const loading = imports.filter((one) => one.loads);
  const wrong = entries.flatMap((entry) => {
    const reached = reachedFrom(entry, loading);
    const late = onFirstUse.filter((name) => !loads[entry]?.includes(name));
    return loading
      .filter(({ file, specifier }) => reached.has(file) && late.includes(packageOf(specifier)))
      .map(
        ({ place, specifier }) =>
          `${place} makes ${entry} load ${specifier}. Import it dynamically, or as a type.`,
      );
  });
  expect(wrong).toEqual([]);
});

test('msw is for mocks: no other entry ever loads it', () => {
  const loading = imports.filter((one) => one.loads || one.loadsLater);
  const wrong = entries
    .filter((entry) => entry !== 'src/msw.ts')
    .flatMap((entry) => {
      const reached = reachedFrom(entry, loading);
      return loading
        .filter(({ file, specifier }) => reached.has(file) && packageOf(specifier) === 'msw')
        .map(({ place }) => `${place} makes ${entry} need msw. Users of ${entry} may not have installed it.`);
    });
  expect(wrong).toEqual([]);
});

test('only the command line asks what time it is', () => {
  const wrong = sources
    .filter(({ fileName }) => !fileName.startsWith('src/cli/'))
    .flatMap(nodesOf)
    .filter((node) => {
      const called = ts.isCallExpression(node) || (ts.isNewExpression(node) && !node.arguments?.length);
      return called && /^(globalThis\.)?Date$/.test(node.expression.getText());
    })
    .map((node) => `${placeOf(node)} reads the clock. Let the caller give the time.`);
  expect(wrong).toEqual([]);
});

test('no source file is above 300 lines', () => {
  const wrong = sources
    .filter((source) => source.getLineStarts().length - 1 > 300)
    .map(({ fileName }) => `${fileName}:301 Divide this file: its reader should see the whole of it.`);
  expect(wrong).toEqual([]);
});

test('scenarios import the public entries, as a user would', () => {
  const wrong = filesOf('scenarios')
    .flatMap((file) => importsOf(parse(file)))
    .filter(({ target }) => target !== undefined && !target.startsWith('scenarios/'))
    .map(({ place, specifier }) => `${place} imports ${specifier}. Import swarmcheck or one of its entries.`);
  expect(wrong).toEqual([]);
});

test('tests run properties through test/support/property.ts', () => {
  // The latter is bundled with a broken engine, and is given its seeds.
  const allowed = ['test/support/property.ts', 'test/property/mutants/hunt.ts'];
  const wrong = ['test', 'scenarios']
    .flatMap(filesOf)
    .filter((file) => !allowed.includes(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          /\bfc\s*\.(assert|check)\b/.test(line)
            ? `${file}:${index + 1} Call assertProperty or counterexampleOf of test/support/property.ts, which give seeds.`
            : [],
        ),
    );
  expect(wrong).toEqual([]);
});

test('the lock file names no registry', () => {
  const lines = readFileSync('package-lock.json', 'utf8').split('\n');
  const wrong = lines.flatMap((line, index) =>
    /^\s*"resolved": "http/.test(line)
      ? `package-lock.json:${index + 1} Remove it: .npmrc keeps npm from writing it.`
      : [],
  );
  expect(wrong).toEqual([]);
});
