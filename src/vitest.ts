import './vitest/register.ts';
export type { SwarmcheckMatchers } from './vitest/matchers.ts';
export { scenarioTest } from './vitest/scenario-test.ts';
export { test } from './vitest/test.ts';
export type { SwarmcheckFixtures } from './vitest/test.ts';
