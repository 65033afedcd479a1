import { expect, test } from 'vitest';
import { budgeted, runSteps } from '../../scripts/steps.ts';

/** What is printed, without its times. */
async function printed(commands: string[], atOnce = 2) {
  const lines: string[] = [];
  const ended = await runSteps(commands, { atOnce, print: (text) => void lines.push(text) });
  return { ended, lines: lines.map((text) => text.replace(/\d+\.\d s/, '… s')) };
}

test('a command that passes prints no output of its own', async () => {
  const { ended, lines } = await printed(['echo out']);
  expect(ended.map(({ passed }) => passed)).toEqual([true]);
  expect(lines).toEqual(['passed    … s  echo out']);
});

test('a command that fails prints all its output, and the others run all the same', async () => {
  const { ended, lines } = await printed(
    ['echo out; echo err >&2; exit 3', 'no-such-command-here', 'true'],
    1,
  );
  expect(ended.map(({ passed }) => passed)).toEqual([false, false, true]);
  expect(lines[0]).toMatch(/^FAILED .*exit 3\n(out\nerr|err\nout)\n$/);
  expect(lines[1]).toMatch(/^FAILED .*no-such-command-here\n.*not found/);
  expect(lines[2]).toBe('passed    … s  true');
});

test('two run at once, where two may', async () => {
  // Each waits for what the other writes: neither ends alone.
  const pipe = `${process.cwd()}/node_modules/.cache/steps-${process.pid}`;
  const [make, remove] = [`mkdir -p node_modules/.cache && mkfifo ${pipe}`, `rm ${pipe}`];
  await printed([make]);
  const { ended } = await printed([`echo hello > ${pipe}`, `grep hello ${pipe}`]);
  expect(ended.map(({ passed }) => passed)).toEqual([true, true]);
  await printed([remove]);
});

test('one runs after the other, where one may', async () => {
  const { lines } = await printed(['sh -c "exec true"', 'true', 'false'], 1);
  expect(lines.map((line) => line.split('s  ')[1]?.trim())).toEqual(['sh -c "exec true"', 'true', 'false']);
});

test('a time is told beside its budget', () => {
  expect(budgeted('npm test', 240, 240)).toBe('npm test: 240 s, within its budget of 240 s on 2 idle cores');
  expect(budgeted('npm test', 241, 240)).toBe('npm test: 241 s, OVER its budget of 240 s on 2 idle cores');
});
