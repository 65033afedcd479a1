import { expect, test, vi } from 'vitest';
import { Agent, Result, Swarm, tool } from 'swarmcheck';
import { callTool, callTools, modelFails, refuse, say, scriptedProvider } from 'swarmcheck/testing';
import { bothWays } from '../support/runs.ts';
import { rejectedWith } from '../support/failures.ts';

const sales = new Agent({ name: 'Sales' });
const agent = new Agent({
  name: 'Triage',
  functions: [
    tool({
      name: 'log_in',
      parameters: { type: 'object', properties: { user: { type: 'string' } } },
      execute: ({ user }) => new Result({ contextVariables: { user } }),
    }),
    function to_sales() {
      return sales;
    },
    function log_out(context: { user?: string }) {
      delete context.user;
    },
  ],
});

test.for(bothWays)('debug prints the events as lines, %s', async ([, run], { expect }) => {
  const lines: string[] = [];
  await run({
    agent,
    debug: true,
    log: (line) => lines.push(line),
    contextVariables: { shop: 'A' },
    steps: [
      callTools([callTool('log_in', { user: 'Ann' }), callTool('log_oot', {}, { hallucinated: true })], {
        say: 'One moment.',
      }),
      callTools([callTool('log_out'), callTool('to_sales')]),
      refuse('I won’t.'),
    ],
  });
  expect(lines).toMatchInlineSnapshot(`
    [
      "[swarm] run starts with Triage, 1 messages, context {"shop":"A"}",
      "[swarm] turn 1: Triage asks gpt-4o (2 messages, 3 tools)",
      "[swarm] Triage says: One moment.",
      "[swarm] Triage calls log_in({"user":"Ann"})",
      "[swarm] Triage calls log_oot({})",
      "[swarm] log_in({"user":"Ann"}) → ",
      "[swarm] log_oot({}) → Error: Tool log_oot not found. Available tools: log_in, to_sales, log_out.",
      "[swarm] context: set {"user":"Ann"}",
      "[swarm] turn 2: Triage asks gpt-4o (5 messages, 3 tools)",
      "[swarm] Triage calls log_out({})",
      "[swarm] Triage calls to_sales({})",
      "[swarm] log_out({}) → ",
      "[swarm] to_sales({}) → {"assistant":"Sales"}",
      "[swarm] context: set {}, deleted user",
      "[swarm] Triage hands off to Sales",
      "[swarm] turn 3: Sales asks gpt-4o (8 messages, 0 tools)",
      "[swarm] Sales refuses: I won’t.",
      "[swarm] run ends with Sales: completed",
    ]
  `);
});

test.for(bothWays)('debug prints why a run failed, %s', async ([, run]) => {
  const lines: string[] = [];
  await rejectedWith(
    run({
      debug: true,
      log: (line) => lines.push(line),
      steps: [modelFails({ kind: 'status', status: 429 })],
    }),
  );
  expect(lines.slice(-2)).toEqual([
    '[swarm] the model failed: RateLimitError, status 429',
    '[swarm] run ends with Agent: failed',
  ]);
});

test.for(bothWays)('debug shortens a long text, %s', async ([, run]) => {
  const lines: string[] = [];
  await run({ debug: true, log: (line) => lines.push(line), steps: [say('x'.repeat(5000))] });
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(300);
});

test.for(bothWays)('debug never prints a line break within a line, %s', async ([, run]) => {
  const lines: string[] = [];
  await run({ debug: true, log: (line) => lines.push(line), steps: [say('first\nsecond')] });
  expect(lines.filter((line) => line.includes('\n'))).toEqual([]);
});

test.for(bothWays)('nothing is printed without debug, %s', async ([, run]) => {
  const log = vi.fn<(line: string) => void>();
  await run({ log, steps: [say('ok')] });
  await run({ log, debug: false, steps: [say('ok')] });
  expect(log).not.toHaveBeenCalled();
});

// The process has one stderr and one stdout, so no other test may run while they are watched.
test.sequential('without a log function, debug prints to stderr line by line, and nothing to stdout', async () => {
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  await new Swarm({ provider: scriptedProvider([say('ok')]) }).run({
    agent: sales,
    messages: [],
    debug: true,
  });
  const [printed, other] = [stderr.mock.calls.map(([text]) => text), stdout.mock.calls.length];
  stderr.mockRestore();
  stdout.mockRestore();
  expect(printed).toEqual([
    '[swarm] run starts with Sales, 0 messages, context {}\n',
    '[swarm] turn 1: Sales asks gpt-4o (1 messages, 0 tools)\n',
    '[swarm] Sales says: ok\n',
    '[swarm] run ends with Sales: completed\n',
  ]);
  expect(other).toBe(0);
});

test('debug prints each event at the time when it happens', async () => {
  const lines: string[] = [];
  const provider = scriptedProvider([() => (lines.push('(the model is asked)'), say('ok'))]);
  await new Swarm({ provider, log: (line) => lines.push(line) }).run({
    agent: sales,
    messages: [],
    debug: true,
  });
  expect(lines.map((line) => line.slice(0, 22))).toEqual([
    '[swarm] run starts wit',
    '[swarm] turn 1: Sales ',
    '(the model is asked)',
    '[swarm] Sales says: ok',
    '[swarm] run ends with ',
  ]);
});

test.for(bothWays)(
  'debug prints the error of a tool below its result, without secrets, %s',
  async ([, run]) => {
    const lines: string[] = [];
    const price = () => {
      throw new TypeError('the map is missing', { cause: new Error('password=hunter22') });
    };
    await run({
      agent: new Agent({ functions: [tool({ name: 'price', execute: price })] }),
      debug: true,
      log: (line) => lines.push(line),
      steps: [callTool('price'), say('Sorry.')],
    });
    const shown = lines.slice(lines.indexOf('[swarm] price({}) → Error: Tool price failed: TypeError'));
    expect(shown.slice(1, 3).map((line) => line.replaceAll(/:\d+\)$/gm, ':…)'))).toEqual([
      '[swarm]   threw TypeError: the map is missing (at test/engine/debug.test.ts:…)',
      '[swarm]   caused by Error: password=<secret> (at test/engine/debug.test.ts:…)',
    ]);
  },
);
