import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fromHere, nameFilesFrom } from '../../src/engine/values/stack.ts';

test.for([
  ['a.ts', 'a.ts'],
  // It begins like the folder above, and is inside all the same.
  ['..a.ts', '..a.ts'],
  ['../a.ts', '/project/a.ts'],
  ['..', '/project'],
])('a file is named from where the command was started: %s', ([path, shown]) => {
  nameFilesFrom('/project/app');
  try {
    expect(fromHere(join('/project/app', path!))).toBe(shown);
  } finally {
    nameFilesFrom(undefined);
  }
});
