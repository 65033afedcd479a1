/** A cassette that is cut off at any byte. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CassetteFileError } from 'swarmcheck/testing';
import { thrown } from '../../support/failures.ts';
import { Folder } from '../../cassette/folder.ts';
import { inPlainEnvironment } from '../../cassette/modes/environment.ts';
import { readers, recorded } from '../../cassette/file/recorded.ts';

inPlainEnvironment();

/** The mistake of a reader with the first bytes of a file; undefined if it refuses them correctly. */
function fault(folder: Folder, part: Buffer, read: (cassette: string) => unknown): string | undefined {
  const cassette = folder.file();
  writeFileSync(cassette, part);
  const error = thrown(() => read(cassette));
  const isRefused =
    error instanceof CassetteFileError &&
    error.problem === 'damaged' &&
    error.field === undefined &&
    error.line === part.toString().trimEnd().split('\n').length;
  const isLeft = readFileSync(cassette).equals(part);
  return isRefused && isLeft ? undefined : `${part.length} bytes: ${error.name}: ${error.message}`;
}

/** The first reader gets every beginning of the file; the others get every 41st, 43rd and 47th. */
const steps = [1, 41, 43, 47];

test.for(readers.map((reader, index) => [...reader, steps[index]!] as const))(
  '%s refuses a cassette that is cut off, says in which line it ends, and leaves it',
  async ([, read, step]) => {
    using folder = new Folder();
    const whole = readFileSync(await recorded(folder));
    const faults: (string | undefined)[] = [];
    // Without its last line break, the file is still valid.
    for (let length = 1; length < whole.length - 1; length += step)
      faults.push(fault(folder, whole.subarray(0, length), read));
    expect(faults.filter((one) => one !== undefined)).toEqual([]);
    expect(faults).toHaveLength(Math.ceil((whole.length - 2) / step));
  },
);

test.for(readers)('%s accepts a cassette without its last line break', async ([, read]) => {
  using folder = new Folder();
  const cassette = await recorded(folder);
  folder.write(folder.read().trimEnd());
  expect(() => read(cassette)).not.toThrow();
});
