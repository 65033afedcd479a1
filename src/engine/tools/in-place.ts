import type { Tool } from './tool.ts';

const inPlaceKey = Symbol.for('swarmcheck.inPlace');

type InPlace = Tool['execute'];

/**
 * Returns a plain function that replaces another one. The engine calls it as it calls a tool, with the whole context.
 */
export function inPlaceOf(execute: InPlace): (contextVariables: object) => unknown {
  // The engine never calls this function itself: it finds `execute`.
  const copy = (contextVariables: object): unknown => execute({}, { contextVariables } as never) as unknown;
  return Object.assign(copy, { [inPlaceKey]: execute });
}

/**
 * The function that the engine calls in place of a function made by `inPlaceOf`; undefined for any other function.
 */
export function inPlaceExecute(candidate: Function): InPlace | undefined {
  return (candidate as { [inPlaceKey]?: InPlace })[inPlaceKey];
}
