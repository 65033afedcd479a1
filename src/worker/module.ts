import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../engine/values/engine-errors.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { shownPath } from '../files/path.ts';
import type { Task } from './thread-answer.ts';
import { sentence } from '../engine/values/error-facts.ts';

/**
 * The module that a URL names, and its name in messages. Inside the working directory, that name is the relative
 * path, so that messages are the same on every machine. Throws a TypeError for anything but the URL of an existing
 * file.
 */
export function moduleOf(url: unknown): Pick<Task, 'module' | 'shownModule' | 'isTypeScript'> {
  const href = typeof url === 'string' ? url : (url as { href?: unknown } | null | undefined)?.href;
  const path = typeof href === 'string' ? pathOf(href) : undefined;
  if (path === undefined) {
    throw new UsageError(
      sentence`${{ where: 'workerTool' }} takes ${{ expected: `the URL of a file, such as new URL('./hash.ts', import.meta.url)` }}, but was given ${{ given: typeof href === 'string' ? valueWords(href) : valueWords(url) }}.`,
    );
  }
  const shownModule = shownPath(path);
  if (!existsSync(path))
    throw new UsageError(
      sentence`${{ where: 'workerTool' }} was given ${{ given: shownModule }}, but this file does not exist.`,
    );
  return { module: href as string, shownModule, isTypeScript: /\.[cm]?tsx?$/.test(path) };
}

function pathOf(href: string): string | undefined {
  try {
    return fileURLToPath(href);
  } catch {
    return undefined;
  }
}
