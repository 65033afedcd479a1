import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { CompletionProvider } from '../engine/model/provider.ts';
import {
  Cassette,
  cassetteSession,
  assertValidCassetteOptions,
  type CassetteOptions,
} from '../cassette/cassette-provider.ts';
import { CassetteFileError } from '../cassette/cassette-errors.ts';
import { cassetteFolder } from '../cassette/format/read.ts';
import { fileName, shownPath } from '../files/path.ts';
import { originIn } from '../cassette/format/read.ts';
import type { CassetteSession } from '../cassette/session.ts';
import { joinedNames, testCommand, vitestWorker } from '../cassette/match/words.ts';

/** The parts of a vitest test that are used here. */
export interface TestTask {
  readonly id: string;
  readonly name: string;
  readonly file: { readonly filepath: string };
  readonly suite?: { readonly name: string; readonly suite?: TestTask['suite'] } | undefined;
}

/** The cassettes of all tests in a file, for the summary line of the file. */
export class FileCassettes {
  readonly #sessions: CassetteSession[] = [];
  /** Maps the path of each cassette that is named after a test to that test. */
  readonly #owners = new Map<string, TestTask>();

  add(session: CassetteSession): void {
    this.#sessions.push(session);
  }

  /** Notes that a cassette belongs to a test. Throws a CassetteFileError if it belongs to another test already. */
  claim(path: string, task: TestTask): void {
    const owner = this.#owners.get(path) ?? task;
    this.#owners.set(path, owner);
    if (owner.id === task.id) return;
    const [name, other] = [task, owner].map((one) => JSON.stringify(namesOf(one).join(' ')));
    const how =
      name === other
        ? `Two tests are named ${name}`
        : `The names of the tests ${other} and ${name} lead to the same file name`;
    throw new CassetteFileError(
      `${how}, so both would use the cassette ${shownPath(path)}. Rename one, or name its cassette: cassette(provider, { cassette: "…" }).`,
      { problem: 'taken', file: shownPath(path) },
    );
  }

  /** The totals of all cassettes as one line; undefined without cassettes. */
  get line(): string | undefined {
    if (this.#sessions.length === 0) return undefined;
    const total = { served: 0, exact: 0, drifted: 0, unused: 0, recorded: 0 };
    for (const { summary, recorded } of this.#sessions) {
      for (const key of ['served', 'exact', 'drifted', 'unused'] as const) total[key] += summary[key];
      total.recorded += recorded;
    }
    const { served, exact, drifted, unused, recorded } = total;
    return `Cassettes: ${served} served, ${exact} exact, ${drifted} drifted, ${unused} unused${recorded > 0 ? `, ${recorded} recorded` : ''}`;
  }
}

/** The cassettes of one test. */
export class TestCassettes {
  readonly #task: TestTask;
  readonly #file: FileCassettes;
  readonly #sessions: CassetteSession[] = [];

  constructor(task: TestTask, file: FileCassettes) {
    this.#task = task;
    this.#file = file;
  }

  /**
   * Opens a cassette to replay or record, and returns its provider. By default, the cassette is named after the test.
   */
  open(provider: CompletionProvider | undefined, options: Partial<CassetteOptions>): Cassette {
    assertValidCassetteOptions('cassette', options);
    const { file, name, path } = this.#place();
    if (options.cassette === undefined) {
      this.#file.claim(path, this.#task);
      assertOwner(path, file);
    }
    const session = cassetteSession(
      provider,
      { ...options, cassette: options.cassette ?? path },
      // Only at the end of the test is it known whether the recording is good.
      { origin: { test: { file, name } }, command: testCommand(file, name), writesAtEnd: true },
    );
    this.#sessions.push(session);
    this.#file.add(session);
    return new Cassette(session);
  }

  /**
   * Closes all cassettes. If the test has not failed, throws the first error of writing a cassette, the first
   * mismatch, or an error about unused interactions. After a failed test, nothing is written if the model failed or a
   * request did not match, because that recording would be replayed forever.
   */
  end(hasFailed: boolean): void {
    const errors: unknown[] = [];
    for (const session of this.#sessions) {
      try {
        if (hasFailed && (session.endedInError || session.failure)) session.discard();
        else session.close();
      } catch (error) {
        errors.push(error);
      }
    }
    if (hasFailed) return;
    if (errors.length > 0) throw errors[0];
    for (const session of this.#sessions) session.assertComplete();
  }

  #place(): { file: string; name: string; path: string } {
    const folder = rootFolder();
    const file = relative(folder, this.#task.file.filepath).replaceAll(sep, '/');
    const name = joinedNames(namesOf(this.#task));
    const own = fileName(name);
    if (own === '')
      throw new CassetteFileError(
        `The name of the test, ${JSON.stringify(name)}, has no letter or digit for a file name. Name its cassette: cassette(provider, { cassette: "…" }).`,
        { problem: 'path' },
      );
    const count = this.#sessions.length === 0 ? '' : `-${this.#sessions.length + 1}`;
    // The cassettes of a test file outside of the root folder get a path as if the file were inside.
    const parts = file
      .replace(/(?:\.(?:test|spec))?\.[cm]?[jt]sx?$/, '')
      .split('/')
      .map(fileName)
      .filter((part) => part !== '');
    return { file, name, path: join(folder, cassetteFolder, ...parts, `${own}${count}.json`) };
  }
}

/** Throws a CassetteFileError if another test file, which still exists, recorded a cassette with this path. */
function assertOwner(path: string, file: string): void {
  const owner = originIn(path).test?.file;
  if (owner === undefined || owner === file || !existsSync(join(rootFolder(), owner))) return;
  throw new CassetteFileError(
    `The cassette ${shownPath(path)} was recorded by a test of ${owner}, and the name of ${file} leads to the same folder of cassettes. Rename one of these files, or name the cassette: cassette(provider, { cassette: "…" }).`,
    { problem: 'taken', file: shownPath(path) },
  );
}

function rootFolder(): string {
  const root = vitestWorker()?.config?.root;
  return typeof root === 'string' ? root : process.cwd();
}

function namesOf({ name, suite }: Pick<TestTask, 'name' | 'suite'>): string[] {
  return suite ? [...namesOf(suite), name] : [name];
}
