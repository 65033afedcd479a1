/** Runs commands concurrently, and keeps the output of each together. */
import { spawn } from 'node:child_process';

interface Ended {
  command: string;
  passed: boolean;
  seconds: number;
}

/**
 * Runs every command in the order of the list, at most `atOnce` at a time. A command that passes prints only its
 * time; one that fails also prints its output, and the others continue.
 */
export async function runSteps(
  commands: readonly string[],
  { atOnce, print }: { atOnce: number; print: (text: string) => void },
): Promise<Ended[]> {
  const waiting = [...commands];
  const ended: Ended[] = [];
  const runNext = async (): Promise<void> => {
    const command = waiting.shift();
    if (command === undefined) return;
    const { output, ...result } = await run(command);
    ended.push(result);
    print(result.passed ? timed('passed', result) : `${timed('FAILED', result)}\n${output.trimEnd()}\n`);
    await runNext();
  };
  await Promise.all(Array.from({ length: atOnce }, runNext));
  return ended;
}

/** A line with the result of a step and its time. */
function timed(how: string, { command, seconds }: Omit<Ended, 'passed'>): string {
  return `${how} ${seconds.toFixed(1).padStart(6)} s  ${command}`;
}

/** States whether the time is within the budget. Both are in seconds. */
export function budgeted(what: string, seconds: number, budget: number): string {
  const verdict = seconds <= budget ? 'within' : 'OVER';
  return `${what}: ${seconds.toFixed(0)} s, ${verdict} its budget of ${budget} s on 2 idle cores`;
}

async function run(command: string): Promise<Ended & { output: string }> {
  const start = performance.now();
  const child = spawn(command, { shell: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const passed = await new Promise<boolean>((resolve) => {
    child.on('error', (error) => {
      output += `${error.message}\n`;
      resolve(false);
    });
    child.on('close', (code) => resolve(code === 0));
  });
  return { command, passed, output, seconds: (performance.now() - start) / 1000 };
}
