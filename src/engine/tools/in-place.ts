import type { Tool } from './tool.ts';

const inPlaceKey = Symbol.for('swarmcheck.inPlace');

type InPlace = Tool['execute'];

/** A plain function that stands in the place of another one: it is called as a tool is, with all of the context. */
export function inPlaceOf(execute: InPlace): (contextVariables: object) => unknown {
  // Never called as what it looks like: the engine finds the other one.
  const copy = (contextVariables: object): unknown => execute({}, { contextVariables } as never) as unknown;
  return Object.assign(copy, { [inPlaceKey]: execute });
}

/** How such a function is called; undefined for one that stands for itself. */
export function inPlaceExecute(candidate: Function): InPlace | undefined {
  return (candidate as { [inPlaceKey]?: InPlace })[inPlaceKey];
}
