import type { Scenario } from 'swarmcheck/testing';
import { scenarioTest } from 'swarmcheck/vitest';
import { describe } from 'vitest';

declare global {
  interface ImportMeta {
    /**
     * Declared here, because the types of vite are not available: vite is a dependency of vitest, not of this
     * project.
     */
    glob<Default>(pattern: string, options: { eager: true; import: 'default' }): Record<string, Default>;
  }
}

const scenarios = import.meta.glob<Scenario & { name: string }>('./**/*.scenario.ts', {
  eager: true,
  import: 'default',
});

// Named after its file, so that a failing scenario can be found.
describe.each(Object.entries(scenarios))('%s', (_file, scenario) => {
  scenarioTest(scenario);
});
