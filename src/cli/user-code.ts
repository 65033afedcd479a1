import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The innermost frame of a stack that is neither Node's nor a package's. */
export function placeInUserCode(error: unknown): { file: string; line: number } | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const match of stack.matchAll(
    /(?:\(|at (?:async )?)((?:file:\/\/)?[^()\s][^()]*?)(?:\?[^:()]*)?:(\d+):\d+\)?$/gm,
  )) {
    const path = match[1]!.startsWith('file:') ? fileURLToPath(match[1]!) : match[1]!;
    if (!isAbsolute(path) || path.includes(`${sep}node_modules${sep}`) || path.startsWith(ownFolder))
      continue;
    return { file: fromHere(path), line: Number(match[2]) };
  }
  return undefined;
}

/** Of this package: its frames are not the user's. */
const ownFolder = fileURLToPath(new URL('..', import.meta.url));

/** A path as people write it: relative to the working directory where it is inside. */
export function fromHere(path: string): string {
  const here = relative(process.cwd(), path);
  return (here.startsWith('..') ? path : here).replaceAll(sep, '/');
}
