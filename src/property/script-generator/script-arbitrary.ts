import fc, { type Arbitrary } from 'fast-check';
import type { Step } from '../../script/steps.ts';
import type { Surface } from '../surface.ts';
import { assemble } from './assemble.ts';
import { allBits, featureBit, gateOf, scriptSettings, type ScriptOptions } from './features.ts';
import { mapOf } from './map.ts';
import { runParts } from './parts.ts';
import { weighted } from './weighted.ts';

/**
 * Generates scripts with everything that a model could do to the agents of a surface. If handoffs lead where the
 * surface says, a script plays strictly: no step is left over, and no request goes beyond the script. Calls that may
 * not fit the agents are marked `hallucinated` or have raw arguments. All other calls fit. A run that does not end
 * with an answer ends with a fault.
 *
 * If requests of the agents limit their answers, one script in ten breaks these limits where it can. Such calls, and
 * such texts in place of a call, are marked `hallucinated`.
 *
 * Half of the scripts leave out features at random, each feature with probability one half, because a bug that needs
 * only some features is found sooner without the others.
 */
export function scriptArbitrary(surface: Surface, options: ScriptOptions = {}): Arbitrary<Step[]> {
  const { maxSteps, weights } = scriptSettings(options);
  const map = mapOf(surface);
  // Without handoffs, an agent whose tools all hand off would do nothing.
  const own = [...(map.tools[0]?.values() ?? [])].filter(({ name }) => map.limits[0]!.allows(name));
  const onlyHandsOff = own.every(({ handsOffTo }) => handsOffTo !== undefined);
  // Without refusals, the runs of an agent that must call a tool could end only with a fault or a mistake.
  const mustCall = map.limits.some(({ demandsCall }) => demandsCall);
  const always = (onlyHandsOff ? featureBit('handoffs') : 0) | (mustCall ? featureBit('refusal') : 0);
  // The number is drawn evenly and never shrunk, because features disappear when the parts that have them are shrunk.
  const chosen = fc.noShrink(fc.noBias(fc.integer({ min: 0, max: 2 * allBits + 1 })));
  const breaksLimits = weighted<boolean>([
    [9, fc.constant(false)],
    [1, fc.constant(true)],
  ])!;
  return fc
    .tuple(chosen, runParts(map, weights), breaksLimits)
    .map(([bits, runs, breaks]) =>
      assemble(map, runs, gateOf(bits > allBits ? allBits : bits | always, weights), maxSteps, breaks),
    );
}
