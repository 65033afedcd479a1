import { test as base, type TestAPI } from 'vitest';
import { scriptedProvider, type ScriptedProvider } from '../script/scripted-provider.ts';
import type { Step } from '../script/steps.ts';

/** What tests made with `test` are given. */
export interface SwarmcheckFixtures {
  /** A scripted provider whose leftovers fail the test at its end. */
  script: (steps: readonly Step[]) => ScriptedProvider;
}

/** vitest's `test` with fixtures that check themselves when the test ends, in concurrent tests too. */
export const test: TestAPI<SwarmcheckFixtures> = base.extend<SwarmcheckFixtures>({
  script: async ({ task, onTestFinished }, use) => {
    const providers: ScriptedProvider[] = [];
    // Not after use(): vitest calls a fixture's end again when it has thrown, and once more in the next try of a test.
    onTestFinished(() => {
      // What is left over of a test that failed already is a consequence, not news.
      if (task.result?.state === 'fail') return;
      for (const provider of providers) provider.assertComplete();
    });
    await use((steps) => {
      const provider = scriptedProvider(steps);
      providers.push(provider);
      return provider;
    });
  },
});
