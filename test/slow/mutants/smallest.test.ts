/** The failure of a mutant shrinks to the agents, tools and steps that the bug needs. */
import { afterAll, expect, test } from 'vitest';
import { seeds, thoroughness } from '../../support/property.ts';
import { bundled, closeBundler } from './bundle.ts';
import { mutants } from './mutants.ts';

afterAll(closeBundler);

const smallest: [what: string, ...source: string[]][] = [
  [
    'a call of an unknown tool is skipped',
    'agents {',
    "  'A0': []",
    '}',
    "user('hi'),",
    "callTool('unknown_tool', {}, { hallucinated: true }),",
    "say('ok'),",
  ],
  [
    'the first agent is the sender of every answer',
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

test.for(smallest)(
  'all seeds shrink to the same case: %s',
  { timeout: 120_000 * thoroughness },
  async ([what, ...lines]) => {
    const mutant = mutants.find((one) => one.what === what)!;
    const bundle = await bundled(`smallest ${what}`, mutant);
    const found = new Set<string>();
    for (const seed of seeds(1, 20)) found.add(await bundle.smallest(mutant.invariant, seed, 1000));
    expect([...found]).toEqual([lines.join('\n')]);
  },
);
