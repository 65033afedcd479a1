import fc, { type Arbitrary } from 'fast-check';
import { callTool, type Step } from '../../script/steps.ts';
import { ownSettings } from '../own-settings.ts';
import { argumentsFor } from '../script-generator/arguments/arguments.ts';
import type { Dictionary, Way } from '../shown-values/dictionary.ts';
import type { ToolSurface } from '../surface.ts';

/** Each tool is called with at most this many different arguments. */
const mostSamples = 4;

/** Calls of a tool with a few arguments, the same each time. */
export function callsOf({ name, parameters }: ToolSurface): Step[] {
  // Marked as hallucinated, since arguments that fit the JSON Schema may fail the tool's own validation. That is not
  // a mistake of the script.
  return distinct(argumentsFor(parameters)).map((args) => callTool(name, args, { hallucinated: true }));
}

/** A few arguments that differ, the same for each seed. */
export function distinct(all: Arbitrary<object>): object[] {
  const samples = fc.sample(all, ownSettings({ seed: 1, numRuns: mostSamples }));
  return [...new Map(samples.map((args) => [JSON.stringify(args), args])).values()];
}

/** The longest of the ways that show the values in `args`, since it probably shows the others too. */
export function wayToAll(args: unknown, dictionary: Dictionary): Way | undefined {
  if (typeof args !== 'object' || args === null) return dictionary.wayTo(args);
  let longest: Way | undefined;
  for (const item of Object.values(args)) {
    const way = wayToAll(item, dictionary);
    if (way && way.steps.length >= (longest?.steps.length ?? 0)) longest = way;
  }
  return longest;
}
