/** What users can import: the list in exports.txt, which only changes on purpose. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

const list = 'test/package/exports.txt';

/** The source of each entry of package.json: dist/index.js is built from src/index.ts. */
const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  exports: Record<string, string | { default: string }>;
};
const entries = Object.entries(exports).flatMap(([entry, target]) =>
  typeof target === 'string'
    ? []
    : [
        {
          entry: entry.replace(/^\./, 'swarmcheck'),
          file: target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'),
        },
      ],
);

/**
 * Reads the exports from the text, which is fast and sufficient: entries are re-exports by name (test/tidy.test.ts),
 * and the compiler requires `type` before each exported type (isolatedModules).
 */
function exportsOf(entry: string, file: string): string[] {
  const { statements } = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  return statements
    .flatMap((statement) => {
      if (!ts.isExportDeclaration(statement) || !statement.exportClause) return [];
      if (!ts.isNamedExports(statement.exportClause)) return [];
      return statement.exportClause.elements.map(
        ({ name, isTypeOnly }) =>
          `${entry}: ${isTypeOnly || statement.isTypeOnly ? 'type' : 'value'} ${name.text}`,
      );
    })
    .toSorted();
}

test('every entry exports the names in the list', () => {
  const current = entries.flatMap(({ entry, file }) => exportsOf(entry, file));
  if (process.env['UPDATE_EXPORTS'] === '1') writeFileSync(list, `${current.join('\n')}\n`);
  const listed = existsSync(list) ? readFileSync(list, 'utf8').trimEnd().split(/\r?\n/) : [];
  const differences = [
    ...current.filter((line) => !listed.includes(line)).map((line) => `not in the list: ${line}`),
    ...listed.filter((line) => !current.includes(line)).map((line) => `only in the list: ${line}`),
  ];
  expect(
    differences,
    `The exports differ from ${list}. If that is on purpose, run UPDATE_EXPORTS=1 npx vitest run test/package/exports.test.ts`,
  ).toEqual([]);
});

test('every entry with code is in the list', () => {
  const text = readFileSync(list, 'utf8');
  const absent = entries.filter(({ entry }) => !text.includes(`${entry}: `));
  // The setup file only registers mocks.
  expect(absent.map(({ entry }) => entry)).toEqual(['swarmcheck/msw/setup']);
});
