/** A cassette that ends too early, wherever it does. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CassetteFileError } from 'swarmcheck/testing';
import { thrown } from '../../support/failures.ts';
import { Folder } from '../folder.ts';
import { inPlainEnvironment } from '../modes/environment.ts';
import { said } from '../replay/tapes.ts';
import { readers, recorded } from './recorded.ts';

inPlainEnvironment();

const refusal =
  /^…\/c\.json:(\d+): It (ends in the middle|is no JSON: something is wrong at column \d+)\. Restore the file, or record it again\.$/;

/** What is wrong with how a reader takes the first bytes of a file; undefined where it is refused as it has to be. */
function fault(folder: Folder, part: Buffer, read: (cassette: string) => unknown): string | undefined {
  const cassette = folder.file();
  writeFileSync(cassette, part);
  const error = thrown(() => read(cassette));
  const message = said(error, folder);
  const line = Number(refusal.exec(message)?.[1]);
  const isRefused =
    error instanceof CassetteFileError && line === part.toString().trimEnd().split('\n').length;
  const isLeft = readFileSync(cassette).equals(part);
  return isRefused && isLeft ? undefined : `${part.length} bytes: ${error.name}: ${message}`;
}

/** The first reader is given every beginning, each of the others one in so many. */
const steps = [1, 41, 43, 47];

test.for(readers.map((reader, index) => [...reader, steps[index]!] as const))(
  '%s refuses it, says in which line it ends, and leaves it',
  async ([, read, step]) => {
    using folder = new Folder();
    const whole = readFileSync(await recorded(folder));
    const faults: (string | undefined)[] = [];
    // But for the end of its last line all of it is there.
    for (let length = 1; length < whole.length - 1; length += step)
      faults.push(fault(folder, whole.subarray(0, length), read));
    expect(faults.filter((one) => one !== undefined)).toEqual([]);
    expect(faults).toHaveLength(Math.ceil((whole.length - 2) / step));
  },
);

test.for(readers)('%s takes it without the end of its last line', async ([, read]) => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  folder.write(folder.read().trimEnd());
  expect(() => read(cassette)).not.toThrow();
});
