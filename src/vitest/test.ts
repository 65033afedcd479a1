import { aroundEach, expect, test as base, type TestAPI } from 'vitest';
import type { CassetteOptions, CassetteProvider } from '../cassette/cassette-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { takePollution, watchPrototypes } from '../scenario/polluted-prototypes.ts';
import { areWarningsOn } from '../scenario/repeats-script.ts';
import { isExpectedMisfit } from '../script/misfits.ts';
import { scriptedProvider, type ScriptedProvider } from '../script/scripted-provider.ts';
import type { Step } from '../script/steps.ts';
import type { MockModel } from '../wire/mock-model.ts';
import type { FileCassettes } from './cassette-fixture.ts';
import { beginTest, endTest, enterTest, within } from './current-test.ts';
import { assertAllFit, throwHiddenMisfit } from './played-scripts.ts';
import { onlyRepeatsScript, repeatedScriptWarning } from './repeated-script.ts';
import { assertAllDone, noteStartedRuns } from './started-runs.ts';

/** The fixtures of `test`. */
export interface SwarmcheckFixtures {
  /**
   * Makes a scripted provider. A request that does not fit the script fails the test at its end, even if the app
   * caught the error, unless `takeMisfit` of the provider has taken it. So do steps that are left over.
   */
  script: (steps: readonly Step[]) => ScriptedProvider;
  /**
   * Makes a mock, which answers the requests of the test's own clients from these steps, or from a provider such as a
   * cassette. A request that does not fit, or an unused step, fails the test at its end. Needs msw and the setup file
   * `swarmcheck/msw/setup`.
   */
  model: (answers: readonly Step[] | CompletionProvider) => MockModel;
  /**
   * Opens a cassette named after the test, fixtures/cassettes/<file>/<test>.json. It is replayed or recorded by mode,
   * as by `cassetteProvider`. Mismatches and unused interactions fail the test at its end.
   */
  cassette: (provider?: CompletionProvider, options?: Partial<CassetteOptions>) => CassetteProvider;
  /**
   * Whether a warning on stderr points out a test that asserts only what its script says. Default: true; turn it off
   * with `test.extend({ warnings: false })`.
   */
  warnings: boolean;
}

/** Fixtures that all tests of a file share; not for use in tests. */
interface FileFixtures {
  fileCassettes: { all?: FileCassettes };
}

noteStartedRuns();
placeTests();

/**
 * Registers a hook that attributes the runs of each test to that test, also with concurrent tests and other hooks.
 * The hook belongs to the file that imports this module. If several files share modules, it belongs only to the first
 * file. In the others, the `script` fixture attributes the runs.
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
    // Hooks cannot be registered while a test runs. The error is ignored, because an import at that time may only
    // want the matchers.
  }
}

/**
 * vitest's `test` with fixtures that check themselves at the end of the test, also in concurrent tests. A test also
 * fails if it ends while a run, a scenario or a message that it started is still in progress, because an `await` is
 * missing. It also fails if it has played a scenario whose script did not fit, because its other assertions mean
 * nothing then.
 */
export const test: TestAPI<SwarmcheckFixtures> = base.extend<SwarmcheckFixtures & FileFixtures>({
  warnings: true,
  // Automatic, because runs are also noted in tests without a script.
  script: [
    async ({ task, onTestFinished, warnings }, use) => {
      const current = beginTest(task);
      enterTest(current);
      const stopWatching = watchPrototypes();
      const providers: ScriptedProvider[] = [];
      // These assertions do not follow use(), because vitest runs code there again if it throws, and once more when
      // it retries the test.
      onTestFinished(() => {
        endTest(task);
        const [polluted] = takePollution();
        stopWatching();
        // If the test has failed already, unfinished runs and unused steps are a consequence. They are not reported.
        if (task.result?.state === 'fail') {
          const misfits = providers.flatMap((provider) => provider.takeMisfit() ?? []);
          throwHiddenMisfit(misfits, task.result.errors ?? []);
          return;
        }
        if (polluted) throw polluted;
        assertAllDone(current.runs);
        const misfit = current.misfits.find((one) => !isExpectedMisfit(one));
        if (misfit) throw misfit;
        assertAllFit(providers);
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
  // The mock is loaded only by tests that use this fixture. The setup file ends the mocks of a test, and reports
  // their unused steps.
  model: async ({ script: _automatic }, use) => {
    const { mockModel } = await import('../wire/mock-model.ts');
    await use((answers) => mockModel(answers));
  },
  cassette: async ({ script: _automatic, fileCassettes, task, onTestFinished }, use) => {
    const { FileCassettes, TestCassettes } = await import('./cassette-fixture.ts');
    const ofFile = (fileCassettes.all ??= new FileCassettes());
    const cassettes = new TestCassettes(task, ofFile);
    // A scenario whose script did not fit also fails the test. The `script` fixture reports it.
    onTestFinished(() => cassettes.end(task.result?.state === 'fail' || beginTest(task).misfits.length > 0));
    await use((provider, options = {}) => cassettes.open(provider, options));
  },
  fileCassettes: [
    // vitest reads the names of the wanted fixtures from the parameter.
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
