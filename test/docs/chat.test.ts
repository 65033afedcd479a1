/** The chat session in docs/guide-chat.md is real. */
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Project } from '../cli/swarmcheck.ts';

test('the chat in the guide prints what the guide shows', async () => {
  const guide = await readFile('docs/guide-chat.md', 'utf8');
  const [, command] = /^npm run chat -- (.*)$/m.exec(guide)!;
  const [, shown] = /^```text\n(Chat with [^]*?)\n```$/m.exec(guide)!;
  // An empty line accepts the suggestion.
  const typed = shown!.split('\n').flatMap((line, index, lines) => {
    const said = /^User: (.*)$/.exec(line)?.[1];
    if (said === undefined) return [];
    return [lines[index - 1] === `(Enter sends: ${said})` ? '' : said];
  });
  expect(typed.filter((line) => line === '')).toHaveLength(3);

  await using project = await Project.of({});
  const app = 'scenarios/examples/airline';
  await cp(app, join(project.folder, app), { recursive: true });
  const { code, stdout, stderr } = await project.swarmcheck(
    ['chat', ...command!.split(' ')],
    {},
    typed.map((line) => `${line}\n`).join(''),
  );
  expect(stderr).toBe('');
  expect(stdout).toBe(`${shown}\n`);
  expect(code).toBe(0);
  const [run, replay] = shown!
    .split('\n')
    .flatMap((line) => /^ {2}npx swarmcheck (.*)$/.exec(line)?.[1] ?? []);
  for (const again of [run, replay])
    expect(await project.swarmcheck(again!.split(' '))).toMatchObject({ code: 0, stderr: '' });
});
