import { aroundEach, expect, test as base, type TestAPI } from 'vitest';
import type { CassetteOptions, CassetteProvider } from '../cassette/cassette-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { areWarningsOn } from '../scenario/repeats-script.ts';
import { scriptedProvider, type ScriptedProvider } from '../script/scripted-provider.ts';
import type { Step } from '../script/steps.ts';
import type { MockModel } from '../wire/mock-model.ts';
import type { FileCassettes } from './cassette-fixture.ts';
import { beginTest, endTest, enterTest, within } from './current-test.ts';
import { onlyRepeatsScript, repeatedScriptWarning } from './repeated-script.ts';
import { assertAllDone, noteStartedRuns } from './started-runs.ts';

/** What tests made with `test` are given. */
export interface SwarmcheckFixtures {
  /** A scripted provider whose leftovers fail the test at its end. */
  script: (steps: readonly Step[]) => ScriptedProvider;
  /** A mocked model, which answers the test's own clients from these steps, or from a provider such as a cassette; leftovers fail the test at its end. Needs msw and the setup file `swarmcheck/msw/setup`. */
  model: (answers: readonly Step[] | CompletionProvider) => MockModel;
  /**
   * A cassette named after the test, fixtures/cassettes/<file>/<test>.json: replayed, and recorded by mode, as by
   * `cassetteProvider`. What did not fit, and interactions that are left, fail the test at its end.
   */
  cassette: (provider?: CompletionProvider, options?: Partial<CassetteOptions>) => CassetteProvider;
  /** true. Whether a test that asserts only what its script says is pointed out, on stderr; `test.extend({ warnings: false })`. */
  warnings: boolean;
}

/** What tests of one file share; none of a test's business. */
interface FileFixtures {
  fileCassettes: { all?: FileCassettes };
}

noteStartedRuns();
placeTests();

/**
 * Sees to it that what a test starts is known to be its own, with several at once and whatever hooks there are. A hook of the
 * file that imports this; where modules are shared by files, it is of the first, and the fixture below does what it can.
 */
function placeTests(): void {
  try {
    aroundEach(async (runTest, { task }) => {
      try {
        await within({ test: beginTest(task), run: undefined }, runTest);
      } finally {
        endTest(task);
      }
    });
  } catch {
    // Imported while a test runs, where there can be no hooks any more: by somebody who wants the matchers.
  }
}

/**
 * vitest's `test` with fixtures that check themselves when the test ends, in concurrent tests too. A test also fails when
 * it ends and a run, a scenario or a message that it started is still under way, because an `await` is missing; and when it
 * has played a scenario whose script did not fit, since nothing else it asserts means anything then.
 */
export const test: TestAPI<SwarmcheckFixtures> = base.extend<SwarmcheckFixtures & FileFixtures>({
  warnings: true,
  // Automatic, because runs are watched in tests without a script, too.
  script: [
    async ({ task, onTestFinished, warnings }, use) => {
      const current = beginTest(task);
      enterTest(current);
      const providers: ScriptedProvider[] = [];
      // Not after use(): vitest calls a fixture's end again when it has thrown, and once more in the next try of a test.
      onTestFinished(() => {
        endTest(task);
        // What is left over of a test that failed already is a consequence, not news.
        if (task.result?.state === 'fail') return;
        assertAllDone(current.runs);
        const [misfit] = current.misfits;
        if (misfit) throw misfit;
        for (const provider of providers) provider.assertComplete();
        if (!warnings || task.concurrent || !areWarningsOn(process.env)) return;
        // oxlint-disable-next-line no-console -- vitest shows it with the name of the test.
        if (onlyRepeatsScript(current, expect.getState().assertionCalls)) console.warn(repeatedScriptWarning);
      });
      await use((steps) => {
        const provider = scriptedProvider(steps);
        providers.push(provider);
        current.scripts.push([...steps]);
        return provider;
      });
    },
    { auto: true },
  ],
  // What it takes is loaded by those who use it. The setup file ends the mocks of a test, and tells what is left of them.
  model: async ({ script: _automatic }, use) => {
    const { mockModel } = await import('../wire/mock-model.ts');
    await use((answers) => mockModel(answers));
  },
  cassette: async ({ script: _automatic, fileCassettes, task, onTestFinished }, use) => {
    const { FileCassettes, TestCassettes } = await import('./cassette-fixture.ts');
    const ofFile = (fileCassettes.all ??= new FileCassettes());
    const cassettes = new TestCassettes(task, ofFile);
    // What a scenario did not fit is told above.
    onTestFinished(() => cassettes.end(task.result?.state === 'fail' || beginTest(task).misfits.length > 0));
    await use((provider, options = {}) => cassettes.open(provider, options));
  },
  fileCassettes: [
    // vitest reads off the parameter which fixtures are wanted.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const holder: FileFixtures['fileCassettes'] = {};
      await use(holder);
      const line = holder.all?.line;
      // oxlint-disable-next-line no-console -- vitest shows it with the name of the file.
      if (line !== undefined) console.info(line);
    },
    { scope: 'file' },
  ],
});
