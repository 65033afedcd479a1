/** Of engines that are broken on purpose: agents, tools and steps come down to what the bug needs. */
import { afterAll, expect, test } from 'vitest';
import { seeds, thoroughness } from '../../support/property.ts';
import { bundled, closeBundler } from './bundle.ts';
import { mutants } from './mutants.ts';

afterAll(closeBundler);

const smallest: [what: string, ...source: string[]][] = [
  [
    'an unknown tool is passed over',
    'agents {',
    "  'A0': []",
    '}',
    "user('hi'),",
    "callTool('unknown_tool', {}, { hallucinated: true }),",
    "say('ok'),",
  ],
  [
    'an answer is signed by the first agent',
    'agents {',
    "  'A0': [t0() => handoff 'A1'],",
    "  'A1': []",
    '}',
    "user('hi'),",
    "callTool('t0'),",
    "say('ok'),",
  ],
  [
    'the context is replaced',
    'agents {',
    "  'A0': [t0() => update 'a' 0]",
    '}',
    "user('hi'),",
    "callTool('t0'),",
    "say('ok'),",
  ],
  [
    'a tool that threw rejects the run',
    'agents {',
    "  'A0': [t0() => throw]",
    '}',
    "user('hi'),",
    "callTool('t0'),",
    "say('ok'),",
  ],
  [
    'a tool runs twice',
    'agents {',
    "  'A0': [t0() => append 'a']",
    '}',
    "user('hi'),",
    "callTool('t0'),",
    "say('ok'),",
  ],
  [
    'a handoff forgets the context',
    'agents {',
    "  'A0': [t0() => handoff 'A0']",
    '}',
    "user('hi'),",
    "callTool('t0'),",
    "say('ok'),",
  ],
];

test.for(smallest)('%s', { timeout: 120_000 * thoroughness }, async ([what, ...lines]) => {
  const mutant = mutants.find((one) => one.what === what)!;
  const bundle = await bundled(`smallest ${what}`, mutant);
  const found = new Set<string>();
  for (const seed of seeds(1, 20)) found.add(await bundle.smallest(mutant.invariant, seed, 1000));
  expect([...found]).toEqual([lines.join('\n')]);
});
