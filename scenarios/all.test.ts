import type { Scenario } from 'swarmcheck/testing';
import { scenarioTest } from 'swarmcheck/vitest';
import { describe } from 'vitest';

declare global {
  interface ImportMeta {
    /** Declared here, because vite, whose it is, is a dependency of vitest and not of ours. */
    glob<Default>(pattern: string, options: { eager: true; import: 'default' }): Record<string, Default>;
  }
}

const scenarios = import.meta.glob<Scenario & { name: string }>('./**/*.scenario.ts', {
  eager: true,
  import: 'default',
});

// Under the name of its file, so that what fails can be found.
describe.each(Object.entries(scenarios))('%s', (_file, scenario) => {
  scenarioTest(scenario);
});
