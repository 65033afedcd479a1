import { expect, test } from 'vitest';
import { budgeted, runSteps } from '../../scripts/steps.ts';

/** The printed lines, without times. */
async function printed(commands: string[], atOnce = 2) {
  const lines: string[] = [];
  const ended = await runSteps(commands, { atOnce, print: (text) => void lines.push(text) });
  return { ended, lines: lines.map((text) => text.replace(/\d+\.\d s/, '… s')) };
}

test('the output of a command that passes is not printed', async () => {
  const { ended, lines } = await printed(['echo out']);
  expect(ended.map(({ passed }) => passed)).toEqual([true]);
  expect(lines).toEqual(['passed    … s  echo out']);
});

test('the whole output of a command that fails is printed, and the others still run', async () => {
  const { ended, lines } = await printed(
    ['echo out; echo err >&2; exit 3', 'no-such-command-here', 'true'],
    1,
  );
  expect(ended.map(({ passed }) => passed)).toEqual([false, false, true]);
  expect(lines[0]).toMatch(/^FAILED .*exit 3\n(out\nerr|err\nout)\n$/);
  expect(lines[1]).toMatch(/^FAILED .*no-such-command-here\n.*not found/);
  expect(lines[2]).toBe('passed    … s  true');
});

test('two commands run at once if atOnce is 2', async () => {
  // Each waits for the other: opening a pipe blocks until both ends are open.
  const pipe = `${process.cwd()}/node_modules/.cache/steps-${process.pid}`;
  const [make, remove] = [`mkdir -p node_modules/.cache && mkfifo ${pipe}`, `rm ${pipe}`];
  await printed([make]);
  const { ended } = await printed([`echo hello > ${pipe}`, `grep hello ${pipe}`]);
  expect(ended.map(({ passed }) => passed)).toEqual([true, true]);
  await printed([remove]);
});

test('one command runs after the other if atOnce is 1', async () => {
  const { lines } = await printed(['sh -c "exec true"', 'true', 'false'], 1);
  expect(lines.map((line) => line.split('s  ')[1]?.trim())).toEqual(['sh -c "exec true"', 'true', 'false']);
});

test('a time is printed beside its budget', () => {
  expect(budgeted('npm test', 240, 240)).toBe('npm test: 240 s, within its budget of 240 s on 2 idle cores');
  expect(budgeted('npm test', 241, 240)).toBe('npm test: 241 s, OVER its budget of 240 s on 2 idle cores');
});
