import { expect, test, vi } from 'vitest';
import { Project } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const source = `import { Agent } from 'swarmcheck';
import { defineScenario, say, ScriptExhaustedError, traceOf, user } from 'swarmcheck/testing';

const steps = [user('hi'), say('hello')];

export const response = defineScenario({ name: 'the response has a trace', agent: new Agent(), steps, check: ({ response }) => void traceOf(response!) });
export const agent = defineScenario({
  name: 'the agent is an Agent',
  agent: new Agent(),
  steps,
  check: ({ response }) => {
    if (!(response!.agent instanceof Agent)) throw new Error('It is none.');
  },
});
export const error = defineScenario({
  name: 'the error is a ScriptExhaustedError',
  agent: new Agent(),
  steps: [user('hi')],
  expect: { error: { name: 'ScriptExhaustedError' } },
  check: ({ error }) => {
    if (!(error instanceof ScriptExhaustedError)) throw new Error('It is none.');
  },
});
`;

test.for([
  ['an ES module project', { type: 'module' }],
  ['a CommonJS project, as npm init makes it', {}],
] as const)('in %s, user modules and the command share one copy of swarmcheck', async ([, packageJson]) => {
  await using project = await Project.of({ 'desk.scenario.ts': source }, packageJson);
  expect(await project.swarmcheck(['run', 'desk.scenario.ts'])).toMatchObject({ code: 0, stderr: '' });
});
