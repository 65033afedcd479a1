import type { Tool } from './tool.ts';

const inPlaceKey = Symbol.for('swarmcheck.inPlace');

type InPlace = Tool['execute'];

/**
 * Returns a function that replaces a plain function of an agent. The engine does not call the returned function. It
 * calls `execute`, with the whole context that a tool gets.
 */
export function inPlaceOf(execute: InPlace): (contextVariables: object) => unknown {
  // Only code other than the engine calls this function. The engine calls the attached `execute`.
  const copy = (contextVariables: object): unknown => execute({}, { contextVariables } as never) as unknown;
  return Object.assign(copy, { [inPlaceKey]: execute });
}

/**
 * The function that the engine calls in place of a function made by `inPlaceOf`; undefined for any other function.
 */
export function inPlaceExecute(candidate: Function): InPlace | undefined {
  return (candidate as { [inPlaceKey]?: InPlace })[inPlaceKey];
}
