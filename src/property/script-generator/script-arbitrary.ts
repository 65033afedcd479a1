import fc, { type Arbitrary } from 'fast-check';
import type { Step } from '../../script/steps.ts';
import type { Surface } from '../surface.ts';
import { assemble } from './assemble.ts';
import { allBits, featureBit, gateOf, scriptSettings, type ScriptOptions } from './features.ts';
import { mapOf } from './map.ts';
import { runParts } from './parts.ts';

/**
 * Everything a model could do to the agents of a surface, as scripts that play strictly: nothing is left over, nothing more is
 * asked for, as long as handoffs lead where the surface says. Calls that may not fit are marked hallucinated, or have raw
 * arguments; the others fit. A run that the model does not end with an answer ends with a fault.
 *
 * In half of the scripts each feature is left out by chance: a bug that needs some of them is found sooner without the rest.
 */
export function scriptArbitrary(surface: Surface, options: ScriptOptions = {}): Arbitrary<Step[]> {
  const { maxSteps, weights } = scriptSettings(options);
  const map = mapOf(surface);
  // An agent that does nothing but hand off would do nothing at all.
  const own = [...(map.tools[0]?.values() ?? [])];
  const always = own.every(({ handsOffTo }) => handsOffTo !== undefined) ? featureBit('handoffs') : 0;
  // Chosen evenly, and not made smaller: features go with the parts that have them.
  const chosen = fc.noShrink(fc.noBias(fc.integer({ min: 0, max: 2 * allBits + 1 })));
  return fc
    .tuple(chosen, runParts(map, weights))
    .map(([bits, runs]) =>
      assemble(map, runs, gateOf(bits > allBits ? allBits : bits | always, weights), maxSteps),
    );
}
