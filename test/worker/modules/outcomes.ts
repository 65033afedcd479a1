/** What functions return and throw, by name; used in a thread and in the process. */
import vm from 'node:vm';

class OutOfStock extends Error {
  override readonly name = 'OutOfStock';
}
class BadAmount extends TypeError {}
class Nameless extends Error {}
class Pretender extends Error {
  override readonly name = 'TypeError';
}

export const returned: Record<string, unknown> = {
  'a string': 'Yes.',
  'a number': 7,
  'not a number': NaN,
  nothing: undefined,
  null: null,
  'an object': { a: [1, { b: null }], c: undefined },
  'a Date': new Date(0),
  'a Map': new Map([['a', 1]]),
  'a list with holes': [undefined, 1],
  'a bigint': 7n,
  'an object with a bigint': { n: 7n },
  'an object that looks like a Result': { value: 'no', contextVariables: { a: 1 } },
};

export const thrown: Record<string, unknown> = {
  'an Error': new Error('out of stock'),
  'an Error of a class of its own': new OutOfStock('no pens'),
  'an Error without a message': new OutOfStock(),
  'an Error without a name or a message': new Nameless(),
  'an Error with the name of another class': new Pretender('no type'),
  'an Error whose message is a number': Object.assign(new Error(), { message: 7 }),
  'an Error whose message is undefined': Object.assign(new OutOfStock(), { message: undefined }),
  'an Error that carries a function': Object.assign(new Error('with a function'), { retry: () => 1 }),
  'a native TypeError': new TypeError('engine words'),
  'a native RangeError': new RangeError('engine words'),
  "a user's subclass of TypeError": new BadAmount('amount is negative'),
  'an AggregateError': new AggregateError([], 'all failed'),
  'a native URIError': new URIError('engine words'),
  'a native EvalError': new EvalError('engine words'),
  'an Error with causes': new Error('outer', { cause: new URIError('inner', { cause: 'deepest' }) }),
  'an Error of another realm': vm.runInNewContext('new Error("out of stock")'),
  'a native TypeError of another realm': vm.runInNewContext('new TypeError("engine words")'),
  'a DOMException': new DOMException('not now', 'InvalidStateError'),
  'a string': 'no pens',
  'an object': { code: 'E_PENS' },
  undefined,
  null: null,
};

export function give({ what }: { what: string }) {
  return returned[what];
}

export async function give_later({ what }: { what: string }) {
  return Promise.resolve(returned[what]);
}

export function fail({ what }: { what: string }) {
  throw thrown[what];
}

export async function fail_later({ what }: { what: string }) {
  await Promise.reject(thrown[what]);
}
