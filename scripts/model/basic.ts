import type { Rule } from './rules.ts';

/** For scenarios/examples/basic. */
export const basicRules: readonly Rule[] = [
  [
    /^Buongiorno/,
    (_match, offered) =>
      offered.includes('to_italian_guide') ? { calls: [['to_italian_guide', {}]] } : undefined,
  ],
  [/^\{"assistant":"Italian guide"\}$/, () => ({ text: 'Buongiorno! In fondo al canale.' })],
];
