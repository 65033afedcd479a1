/** The README and docs/guide-properties.md show the real output of a check, and the printed commands reproduce the failure. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { relations, invariants } from 'swarmcheck/fast-check';
import { agentRelationNames } from '../../src/property/relations.ts';
import { scriptFeatures } from '../../src/property/script-generator/features.ts';
import { Project } from '../cli/swarmcheck.ts';
import { expectExcerpt, shownIn } from './shown.ts';

const withoutTrailingSpaces = (text: string) => text.replaceAll(/ +$/gm, '').trimEnd();

test.each(['README.md', 'docs/guide-properties.md'])(
  'the check in %s prints the output that the document shows',
  async (document) => {
    const shown = shownIn(document).find((text) => text.startsWith('✗ refunds.check.ts'))!;
    const file = async (name: string) => await readFile(`.docs-tests/${document}/${name}`, 'utf8');
    await using project = await Project.of({
      'refunds.ts': await file('refunds.ts'),
      'refunds.check.ts': await file('refunds.check.ts'),
    });

    const { code, stdout, stderr } = await project.swarmcheck(['check', 'refunds.check.ts']);
    expect(stderr).toBe('');
    const printed = withoutTrailingSpaces(stdout);
    expectExcerpt(shown, printed);
    expect(code).toBe(1);

    const again = printed.split('\n').flatMap((line) => /^ {2}npx swarmcheck (.*)$/.exec(line)?.[1] ?? []);
    expect(again).toHaveLength(2);
    for (const command of again) {
      const run = await project.swarmcheck(command.split(' '));
      expect(run.code).toBe(1);
      expect(run.stdout).toContain(/"(.*?)"/.exec(shown)![0]);
    }
  },
);

/** The names in the first column of the tables of a document. */
const namesIn = (document: string) =>
  [...document.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, name]) => name!);

test('the guide and run-loop.md list each feature, invariant and relation once, and nothing else', async () => {
  const guide = namesIn(await readFile('docs/guide-properties.md', 'utf8'));
  const runLoop = namesIn(await readFile('docs/run-loop.md', 'utf8'));
  const known = [scriptFeatures, invariants, relations].flatMap((names) => Object.keys(names));
  expect([...guide, ...runLoop].toSorted()).toEqual(known.toSorted());
});

test("the guide lists at most ten invariants and relations, and only the relations about the reader's agents", async () => {
  const guide = namesIn(await readFile('docs/guide-properties.md', 'utf8'));
  const held = guide.filter((name) => !Object.hasOwn(scriptFeatures, name));
  expect(held.length).toBeLessThanOrEqual(10);
  expect(held.filter((name) => Object.hasOwn(relations, name))).toEqual(agentRelationNames);
});
