/**
 * A process that records: `recorder <cassette> <turns> [<step>]`. It prints a line after each turn, then waits for
 * the end of its stdin, and closes the recording. It prints its errors as well. With a step, it kills itself at that
 * access to the file system, and writes only half of a file there.
 */
import { once } from 'node:events';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { recordingProvider } from '../../../src/cassette/recording-provider.ts';
import { answersIn, model, talk } from './long-talk.ts';

const [cassette = '', turns, step] = process.argv.slice(2);

/** Makes this process kill itself at this access to the file system, counted from 1. */
function killAt(last: number): void {
  let count = 0;
  const isLast = () => ++count === last;
  const kill = () => process.kill(process.pid, 'SIGKILL');
  const write = fs.writeFileSync;
  fs.writeFileSync = (path, data, options) => {
    if (isLast()) {
      const text = data as string;
      write(path, text.slice(0, text.length / 2), options);
      kill();
    }
    write(path, data, options);
  };
  for (const name of ['mkdirSync', 'linkSync', 'renameSync', 'rmSync'] as const) {
    const original = fs[name] as (...args: unknown[]) => unknown;
    const killing = (...args: unknown[]) => {
      if (isLast()) kill();
      return original(...args);
    };
    Object.assign(fs, { [name]: killing });
  }
  syncBuiltinESMExports();
}

const tell = (line: string) => fs.writeSync(1, `${line}\n`);

if (step !== undefined) killAt(Number(step));
try {
  const provider = recordingProvider(model('new'), { cassette });
  let turn = 0;
  tell('turn 0');
  await answersIn(talk(provider, Number(turns)), () => tell(`turn ${++turn}`));
  tell('talked');
  process.stdin.resume();
  await once(process.stdin, 'end');
  await provider.close();
  tell('closed');
} catch (error) {
  const { name, message } = error as Error;
  // Only the first sentence.
  tell(`${name}: ${message.replace(/ Give each recording .+$/, '')}`);
  process.exitCode = 1;
}
