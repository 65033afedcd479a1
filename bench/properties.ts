/**
 * Measures generated models: executions per second, from the bare run loop to a complete check. Each of the first
 * three lines does more than the one before, with the same scripts. Run it with `npm run bench:properties`.
 */
import { performance } from 'node:perf_hooks';
import fc from 'fast-check';
import { Agent, Result, Swarm, tool } from 'swarmcheck';
import { checkAgent, invariants, scriptFor } from 'swarmcheck/fast-check';
import { runScenario, scriptedProvider, type Step } from 'swarmcheck/testing';

const parameters = {
  type: 'object',
  properties: { order: { type: 'string' }, amount: { type: 'number' } },
  required: ['order'],
} as const;
const refunds: Agent = new Agent({
  name: 'Refunds',
  instructions: ({ user }) => `Help ${user}.`,
  functions: [
    tool({
      name: 'issue_refund',
      parameters,
      execute: ({ order }) => new Result({ value: 'refunded', contextVariables: { order } }),
    }),
    tool({
      name: 'look_up',
      parameters,
      execute: async ({ order }) => await Promise.resolve(`${order}: paid`),
    }),
    function back_to_triage() {
      return triage;
    },
  ],
});
const triage = new Agent({
  name: 'Triage',
  functions: [
    function transfer_to_refunds() {
      return refunds;
    },
    tool({
      name: 'note',
      parameters: { type: 'object', properties: { text: { type: 'string' } } },
      execute: () => 'noted',
    }),
  ],
});

const runs = 3000;
const repetitions = 5;
const contextVariables = { user: 'Ann' };
const features = { 'huge-content': false };
const scripts = scriptFor(triage, { features });
const sampled = fc.sample(scripts, { seed: 1, numRuns: runs });
const turnsOf = (steps: Step[]) => steps.filter((step) => !('user' in step)).length;

/** Plays the first run of a script, with the engine only. */
async function bare(steps: Step[]): Promise<void> {
  const end = steps.findIndex((step, index) => index > 0 && 'user' in step && !('user' in steps[index - 1]!));
  const first = end === -1 ? steps : steps.slice(0, end);
  const messages = first.flatMap((step) =>
    'user' in step ? [{ role: 'user' as const, content: step.user }] : [],
  );
  const provider = scriptedProvider(first.filter((step) => !('user' in step)));
  await new Swarm({ provider })
    .run({ agent: triage, messages, contextVariables, maxTurns: 20 })
    .catch(() => {});
}

const all = Object.values(invariants);
const scenarioOf = (steps: Step[]) => ({ agent: triage, steps, contextVariables, maxTurns: 20 });

async function each(run: (steps: Step[]) => Promise<unknown>): Promise<void> {
  for (const steps of sampled) await run(steps);
}

const contestants: Record<string, () => Promise<unknown>> = {
  'the run loop, first run of each script': () => each(bare),
  runScenario: () => each((steps) => runScenario(scenarioOf(steps))),
  [`runScenario and ${all.length} invariants`]: () =>
    each(async (steps) => {
      const run = await runScenario(scenarioOf(steps));
      for (const invariant of all) invariant(run);
    }),
  'only generating the scripts': async () => void fc.sample(scripts, { seed: 1, numRuns: runs }),
  'checkAgent: generated, run, all invariants': () =>
    checkAgent(triage, { runs, contextVariables, features, failures: '/nowhere' }),
};

console.log(
  `Node ${process.version}, median of ${repetitions}, ${runs} scripts of ${(sampled.reduce((sum, steps) => sum + turnsOf(steps), 0) / runs).toFixed(1)} turns\n`,
);
for (const [name, run] of Object.entries(contestants)) {
  await run();
  const times: number[] = [];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  const median = times.toSorted((left, right) => left - right)[repetitions >> 1]!;
  console.log(
    `${name.padEnd(48)} ${Math.round((runs / median) * 1000)
      .toLocaleString('en')
      .padStart(8)} per second`,
  );
}
