/**
 * Rules that the linter cannot express: the shape of the source tree, read as text. Every line of a failure says what
 * to do.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { paragraphsOf, proseOf, type Prose } from './support/prose.ts';

/** Folders that know neither models nor agents. */
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

/**
 * What the files of a folder may import, besides their own folder. The entries may import everything except src/cli.
 */
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

/** Packages that only one or two folders may import. */
const homes: Record<string, string[]> = {
  vitest: ['src/vitest/'],
  msw: ['src/wire/'],
  'fast-check': ['src/property/'],
  piscina: ['src/worker/'],
  commander: ['src/cli/'],
  tinyglobby: ['src/cli/'],
  // The modules of users are TypeScript, on the command line and in threads.
  tsx: ['src/cli/', 'src/worker/'],
};

/** Packages that are imported dynamically, on first use, except in the entries listed in `loads`. */
const onFirstUse = [...Object.keys(homes), 'openai', '@cfworker/json-schema'];
const loads: Record<string, string[]> = {
  'src/vitest.ts': ['vitest'],
  'src/msw.ts': ['msw'],
  // This entry is only for tests.
  'src/fast-check.ts': ['fast-check', '@cfworker/json-schema'],
  'src/cli/main.ts': ['commander', 'tinyglobby', 'tsx'],
};

interface Import {
  /** The position of the import, as file:line. */
  place: string;
  file: string;
  specifier: string;
  /** Whether the module is loaded together with the file; a type import or a dynamic import is not. */
  loads: boolean;
  /** Whether the module is loaded later, on first use. */
  loadsLater: boolean;
  /** The file of a relative import, from the root of the repository. */
  target: string | undefined;
}

const filesOf = (folder: string) =>
  (existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [])
    // The benchmarks install packages of their own.
    .filter((path) => path.endsWith('.ts') && !path.includes('node_modules'))
    .map((path) => join(folder, path));
const parse = (file: string) =>
  ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
const placeOf = (node: ts.Node) => {
  const source = node.getSourceFile();
  return `${source.fileName}:${source.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
};
function nodesOf(root: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node) => {
    found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

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
    if (!allowed) return `${place} is in src/${from}, which mayImport does not list. Add the folder.`;
    if (to !== undefined && [from, ...allowed].includes(to)) return [];
    // The command line passes its own entries on to the modules of users.
    if (from === 'cli' && isEntry(target)) return [];
    return `${place} imports ${target}, but may import ${allowed.join(', ') || 'no other folder'}. Move the shared code up.`;
  });
  expect(wrong).toEqual([]);
});

/** The folders of src/cassette, and which of the others each may import. */
const cassetteRooms: Record<string, string[]> = {
  format: [],
  redact: ['format'],
  match: ['format', 'redact'],
  record: ['format', 'redact', 'match'],
};

test('the folders of src/cassette import one way', () => {
  const roomOf = (file: string) => /^src\/cassette\/([^/]+)\//.exec(file)?.[1];
  const wrong = imports.flatMap(({ place, file, target }) => {
    const [from, to] = [roomOf(file), roomOf(target ?? '')];
    if (from === undefined || to === undefined || from === to || cassetteRooms[from]?.includes(to)) return [];
    return `${place} imports ${target}, but src/cassette/${from} may import ${cassetteRooms[from]?.join(', ')}.`;
  });
  expect(wrong).toEqual([]);
});

test('each folder has a README of one sentence, which the architecture repeats', () => {
  const folders = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .toSorted();
  const wrong = folders.flatMap((folder) => {
    const file = join(folder, 'README.md');
    const sentence = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
    return /^[A-Za-z].*\.$/.test(sentence) && !/[.!?] /.test(sentence)
      ? []
      : `${file} must be one sentence that says what is in its folder.`;
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

test('entries contain only named re-exports', () => {
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
        `${placeOf(node)} is not a re-export by name. Write export { … } from './….ts', and move the code there.`,
    );
  expect(wrong).toEqual([]);
});

test('a package is imported only in its folder', () => {
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

/** The files that these imports reach from a file, which is included. */
function reachedFrom(start: string, through: readonly Import[]): Set<string> {
  const reached = new Set([start]);
  // Iterating over a Set also visits the files that are added meanwhile.
  for (const file of reached) {
    for (const { target } of through.filter((one) => one.file === file)) reached.add(target ?? start);
  }
  return reached;
}

test('an entry does not load the packages of other entries', () => {
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

test('only the entry for mocks ever loads msw', () => {
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

test('only the command line reads the clock', () => {
  const wrong = sources
    .filter(({ fileName, text }) => !fileName.startsWith('src/cli/') && /\bDate\b/.test(text))
    .flatMap(nodesOf)
    .filter((node) => {
      const called = ts.isCallExpression(node) || (ts.isNewExpression(node) && !node.arguments?.length);
      return called && /^(globalThis\.)?Date$/.test(node.expression.getText());
    })
    .map((node) => `${placeOf(node)} reads the clock. Let the caller give the time.`);
  expect(wrong).toEqual([]);
});

test('no source file exceeds 300 lines', () => {
  const wrong = sources
    .filter((source) => source.getLineStarts().length - 1 > 300)
    .map(({ fileName }) => `${fileName}:301 Divide this file: a reader should be able to see all of it.`);
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
  // These files are bundled with a broken engine, and get their seeds from outside.
  const allowed = ['test/support/property.ts', 'test/slow/mutants/hunt.ts', 'test/slow/mutants/hunted.ts'];
  const wrong = ['test', 'scenarios']
    .flatMap(filesOf)
    .filter((file) => !allowed.includes(file))
    .flatMap((file) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          /\bfc\s*\.(assert|check)\b/.test(line)
            ? `${file}:${index + 1} Call assertProperty or counterexampleOf of test/support/property.ts, which control the seeds.`
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

/** The phrases of test/phrases.txt with the better ones, and the exceptions. */
function readPhrases() {
  const lines = readFileSync('test/phrases.txt', 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('\t'));
  return {
    phrases: lines
      .filter(([first]) => first !== 'allow')
      .map(([phrase, better]) => ({ pattern: new RegExp(phrase!, 'i'), better: better! })),
    exceptions: lines
      .filter(([first]) => first === 'allow')
      .map(([, file, part]) => ({ file: file!, part: part! })),
  };
}

/**
 * Every text that people read. Messages of tests and scenarios are data, so they are left out. So are the articles of
 * the support bot, which recordings contain.
 */
function allProse(): Prose[] {
  const others = ['test', 'scenarios', 'scripts', 'bench'].flatMap(filesOf).map(parse);
  const documents = [
    ...readdirSync('.').filter((file) => file.endsWith('.md')),
    ...['docs', 'src', 'scenarios'].flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.md') && !file.includes('/articles/'))
        .map((file) => join(folder, file)),
    ),
  ];
  return [
    ...[...sources, ...others].flatMap(proseOf),
    ...documents.flatMap((file) => paragraphsOf(file)),
  ].filter(({ kind, file }) => kind !== 'message' || !/^(test|scenarios)\//.test(file));
}

/** The texts that contain a phrase, each as a line that says what to write. */
function flagged(prose: readonly Prose[], { phrases, exceptions }: ReturnType<typeof readPhrases>) {
  const used = new Set<(typeof exceptions)[number]>();
  const wrong = prose.flatMap(({ kind, file, line, text }) => {
    const found = phrases.flatMap(({ pattern, better }) => {
      const words = pattern.exec(text)?.[0];
      return words === undefined ? [] : [{ words, better }];
    });
    const exception = exceptions.find((one) => one.file === file && text.includes(one.part));
    if (found.length > 0 && exception) used.add(exception);
    return exception
      ? []
      : found.map(({ words, better }) => ({
          kind,
          line: `${file}:${line} (${kind}) says "${words}". Write: ${better}.`,
        }));
  });
  return { wrong, unused: exceptions.filter((one) => !used.has(one)) };
}

test('comments, messages, titles and documentation are in plain English', () => {
  const list = readPhrases();
  const prose = allProse();
  const { wrong, unused } = flagged(prose, list);
  expect(wrong.map(({ line }) => line)).toEqual([]);
  expect(unused).toEqual([]);
  // Exceptions stay exceptions.
  expect(list.exceptions.length).toBeLessThanOrEqual(prose.length / 100);
});

test.for([
  ['comment', '/** Whoever calls this is told. */\nconst a = 1;'],
  ['comment', 'const a = 1; // Nobody reads it.'],
  ['message', "throw new Error('It is no number.');"],
  ['message', 'throw new Error(`${file} is no number.`);'],
  ['title', "test('whoever asks is told', () => {});"],
] as const)('a phrase of the list is found in a %s: %s', ([kind, code]) => {
  const prose = proseOf(ts.createSourceFile('a.ts', code, ts.ScriptTarget.Latest, true));
  expect(new Set(flagged(prose, readPhrases()).wrong.map((one) => one.kind))).toEqual(new Set([kind]));
});

test('a literal that looks like a comment is not a comment', () => {
  const code =
    "const address = 'http://nobody'; const pattern = /\\/*nobody/; const text = `// nobody ${'/* nobody */'}`;";
  const prose = proseOf(ts.createSourceFile('a.ts', code, ts.ScriptTarget.Latest, true));
  expect(prose.filter(({ kind }) => kind === 'comment')).toEqual([]);
});
