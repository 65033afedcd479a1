import { expect, test, vi } from 'vitest';
import { Agent, tool, type Hooks } from 'swarmcheck';
import { callTool, callTools, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

/** How many requests were made and tools executed when the hook of this name throws. */
const reach = {
  beforeModel: { requests: 0, executed: 0 },
  afterModel: { requests: 1, executed: 0 },
  beforeTool: { requests: 1, executed: 0 },
  afterTool: { requests: 1, executed: 1 },
} as const;

for (const [name, reached] of Object.entries(reach)) {
  for (const how of ['throws', 'rejects'] as const) {
    test.for(bothWays)(
      `the hook ${name} ends the run with its error if it ${how}, and nothing more happens, %s`,
      async ([, run]) => {
        const error = new Error('mine');
        const later = vi.fn<() => void>();
        const hooks = {
          [name]: () => {
            if (how === 'rejects') return Promise.reject(error);
            throw error;
          },
        } as Hooks;
        const execute = vi.fn<() => string>(() => 'pong');
        const provider = scriptedProvider([callTools([callTool('ping'), callTool('ping')]), say('ok')]);
        const agent = new Agent({ functions: [tool({ name: 'ping', execute })] });

        expect(await rejectedWith(run({ agent, provider, hooks: [hooks, { [name]: later }] }))).toBe(error);

        expect({ requests: provider.requests.length, executed: execute.mock.calls.length }).toEqual(reached);
        expect(later).not.toHaveBeenCalled();
      },
    );
  }
}
