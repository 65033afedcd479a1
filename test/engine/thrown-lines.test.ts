/** Thrown values as lines: name, message, place and causes, whatever was thrown. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { causeLines, thrownLines } from '../../src/engine/values/thrown-lines.ts';
import { frameIn, placeInUserCode } from '../../src/engine/values/stack.ts';

/** The lines without the places, because the lines of this file move. */
const linesOf = (thrown: unknown) => thrownLines(thrown).map((line) => line.replace(/ \(at [^()]*\)$/, ''));

/** An error as if it had been thrown in this file of the working directory. */
function thrownAt<E extends Error>(error: E, place: string): E {
  return Object.defineProperty(error, 'stack', {
    value: `${error.name}: ${error.message}\n    at run (${process.cwd()}/${place}:7)`,
  });
}

test('an error is shown with its name, message and place, and each cause on a line', () => {
  const deepest = thrownAt(new Error('connect ECONNREFUSED'), 'app/net.ts:3');
  const cause = new Error('no\n connection', { cause: deepest });
  cause.stack = '';
  expect(thrownLines(thrownAt(new RangeError('too many', { cause }), 'app/shop.ts:9'))).toEqual([
    'RangeError: too many (at app/shop.ts:9)',
    'caused by Error: no connection',
    'caused by Error: connect ECONNREFUSED (at app/net.ts:3)',
  ]);
  expect(causeLines(new Error('outer', { cause }))).toEqual([
    'caused by Error: no connection',
    'caused by Error: connect ECONNREFUSED',
  ]);
});

test('the place of an error is the line that threw it', () => {
  const [line] = thrownLines(new Error('here'));
  const text = readFileSync('test/engine/thrown-lines.test.ts', 'utf8');
  const number = text.split('\n').findIndex((one) => one.includes("new Error('here')")) + 1;
  expect(line).toBe(`Error: here (at test/engine/thrown-lines.test.ts:${number})`);
});

test.for<[string, unknown, string[]]>([
  ['a string', 'out of\nstock', ['out of stock']],
  ['undefined', undefined, ['undefined']],
  ['null', null, ['null']],
  ['an object', { code: 7 }, ['{"code":7}']],
  ['a function', function fail() {}, ['the function fail']],
  ['an error without a message', new Error(''), ['Error']],
  [
    'an error whose message is not a string',
    Object.assign(new Error(''), { message: { a: 1 } }),
    ['Error: {"a":1}'],
  ],
  ['a cause that is a string', new Error('a', { cause: 'b' }), ['Error: a', 'caused by b']],
  [
    'an AggregateError',
    new AggregateError([new Error('one'), new TypeError('two')], 'both'),
    ['AggregateError: both', 'with Error: one', 'with TypeError: two'],
  ],
])('%s is shown', ([, thrown, lines]) => {
  expect(linesOf(thrown)).toEqual(lines);
});

test('causes that form a cycle are shown once', () => {
  const one = new Error('one');
  const other = new Error('other', { cause: one });
  one.cause = other;
  expect(linesOf(one)).toEqual(['Error: one', 'caused by Error: other']);
});

test('endless causes and many errors are cut', () => {
  class Endless extends Error {
    override get cause(): unknown {
      return new Endless('again');
    }
  }
  expect(linesOf(new Endless('again'))).toHaveLength(10);
  expect(linesOf(new Endless('again')).at(-1)).toBe('… and more');
  const many = Array.from({ length: 1000 }, () => new Error('one'));
  expect(linesOf(new AggregateError(many, 'many'))).toHaveLength(10);
});

/** A Proxy that throws whatever is asked of it. */
function hostileProxy(): object {
  const trap = () => {
    throw new Error('trap');
  };
  return new Proxy(new Error('hidden'), { get: trap, getPrototypeOf: trap, has: trap });
}

function revokedProxy(): object {
  const { proxy, revoke } = Proxy.revocable(new Error('hidden'), {});
  revoke();
  return proxy;
}

function hostileGetters(): object {
  const error = new Error('hidden');
  for (const name of ['stack', 'message', 'name', 'cause', 'errors']) {
    Object.defineProperty(error, name, {
      get() {
        throw new Error('getter');
      },
    });
  }
  return error;
}

test.for<[string, () => unknown, string[]]>([
  ['a Proxy that throws', hostileProxy, ['a value that cannot be shown']],
  ['a revoked Proxy', revokedProxy, ['a value that cannot be shown']],
  [
    'a cause that throws',
    () => new Error('outer', { cause: hostileProxy() }),
    ['Error: outer', 'caused by a value that cannot be shown'],
  ],
  ['getters that throw', hostileGetters, ['a value that cannot be shown']],
  [
    'a name that is a symbol',
    () => Object.assign(new Error('x'), { name: Symbol('name') }),
    ['a value that cannot be shown'],
  ],
  ['an object without a prototype', () => Object.create(null) as object, ['{}']],
])('%s can be shown', ([, make, lines]) => {
  expect(linesOf(make())).toEqual(lines);
});

test('a long message is cut, and secrets are hidden before it is cut', () => {
  const [long] = linesOf(new Error('a'.repeat(1_000_000)));
  expect(long!.length).toBeLessThan(450);
  const key = `sk-proj-${'a1'.repeat(40)}`;
  expect(
    linesOf(new Error(`${'a '.repeat(190)}${key}`, { cause: new Error(`password=hunter22 ${key}`) })).join(
      '\n',
    ),
  ).not.toMatch(/a1a1|hunter22/);
});

test('a frame inside a message is not the place of the error', () => {
  const error = new Error(`failed:\n    at other (${process.cwd()}/app/other.ts:1:1)`);
  error.stack = `Error: ${error.message}\n    at run (${process.cwd()}/app/shop.ts:9:7)`;
  expect(placeInUserCode(error)).toEqual({ file: 'app/shop.ts', line: 9 });
});

test.for([
  ['    at file:///app/a%20b.ts:2:3', { path: '/app/a b.ts', line: 2, column: 3 }],
  ['    at async run (/app/a.ts?t=12:4:5)', { path: '/app/a.ts', line: 4, column: 5 }],
  ['    at new URL (node:internal/url:797:36)', { path: 'node:internal/url', line: 797, column: 36 }],
  [String.raw`    at run (C:\app\a.ts:2:3)`, { path: String.raw`C:\app\a.ts`, line: 2, column: 3 }],
  ['    at JSON.parse (<anonymous>)', undefined],
] as const)('a frame is read: %s', ([text, frame]) => {
  expect(frameIn(text)).toEqual(frame);
});
