/** A tool that crashes breaks an invariant; a tool that throws on purpose does not. */
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Agent, tool } from 'swarmcheck';
import { invariants } from 'swarmcheck/fast-check';
import { callTool, runScenario, say, user } from 'swarmcheck/testing';
import { isCrash } from '../../../src/property/invariants/crash.ts';

/** A value that the compiler does not know to be missing. */
const missing = (): any => undefined;
const open = '(';
const recurse = (): number => recurse() + 1;
class TooMany extends RangeError {}
/** An error is often made by another function, as by http-errors. */
const madeError = (message: string) => new TypeError(message);

const crashes: Record<string, () => unknown> = {
  'a property of undefined': () => missing().get('x'),
  'a call of a value that is not a function': () => missing()(),
  'a variable that does not exist': () => vm.runInThisContext('thereIsNoSuchVariable'),
  'a rejection': async () => await Promise.resolve().then(() => missing().get('x')),
  'JSON.parse': () => JSON.parse('{"cut'),
  decodeURIComponent: () => decodeURIComponent('%'),
  'an invalid date': () => new Date('tomorrow').toISOString(),
  'an invalid regular expression': () => new RegExp(open),
  'a negative count': () => 'x'.repeat(-1),
  'a negative length': () => Object.assign([], { length: -1 }),
  'reduce without items': () => ([] as number[]).reduce((left, right) => left + right),
  'a stack overflow': recurse,
  'another realm': () => vm.runInNewContext('undefined.x'),
};

const onPurpose: Record<string, () => unknown> = {
  'a RangeError': () => {
    throw new RangeError('too many');
  },
  'a RangeError on several lines': () => {
    // prettier-ignore
    throw new RangeError(
      'too many',
    );
  },
  'a native error that is made elsewhere': () => {
    throw madeError('x is not a function');
  },
  'a rejection': async () => await Promise.reject(new TypeError('no item')),
  'a subclass': () => {
    throw new TooMany('too many');
  },
  'an Error': () => {
    throw new Error('out of stock');
  },
  'a string': () => {
    throw 'out of stock';
  },
  'an argument of Node': () => new URL('not an address'),
  'an AggregateError': async () => await Promise.any([]),
};

/** What the invariant says of a run in which the tool is called once. */
async function problemWith(execute: () => unknown): Promise<string | undefined> {
  const agent = new Agent({ name: 'Shop', functions: [tool({ name: 'price', execute })] });
  const run = await runScenario({ agent, steps: [user('hi'), callTool('price'), say('ok')] });
  expect(run.trace.toolCalls).toMatchObject([{ error: 'threw' }]);
  try {
    return invariants['tools-do-not-crash'](run) as undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test.for(Object.keys(crashes))('a crash is found: %s', async (name) => {
  expect(await problemWith(crashes[name]!)).toMatch(
    /^tools-do-not-crash: the tool "price" crashed on arguments that fit its schema: price\(\) threw \w+Error: /,
  );
});

test.for(Object.keys(onPurpose))('an error that is thrown on purpose is not a crash: %s', async (name) => {
  expect(await problemWith(onPurpose[name]!)).toBeUndefined();
});

test('a mistake in the use of this package is not a crash', async () => {
  expect(await problemWith(() => tool({} as never))).toBeUndefined();
});

test('a validation that crashes is not a crash of the tool', async () => {
  const parameters = z.object({}).transform(() => missing().get('x') as object);
  const agent = new Agent({ functions: [tool({ name: 'price', parameters, execute: () => 'ok' })] });
  const run = await runScenario({ agent, steps: [user('hi'), callTool('price'), say('ok')] });
  expect(run.trace.toolCalls).toMatchObject([{ error: 'threw' }]);
  expect(() => invariants['tools-do-not-crash'](run)).not.toThrow();
});

test('the message has the tool, its arguments, the error, its line and its causes', async () => {
  const crash = new TypeError('x.get is not a function', { cause: new Error('no map') });
  const file = `${process.cwd()}/app/shop.ts`;
  crash.stack = `TypeError: x.get is not a function\n    at price (${file}:9:3)`;
  (crash.cause as Error).stack = '';
  const agent = new Agent({
    functions: [
      tool({
        name: 'price',
        parameters: { type: 'object', properties: { item: { type: 'string' } } },
        execute() {
          throw crash;
        },
      }),
    ],
  });
  const run = await runScenario({
    agent,
    steps: [user('hi'), callTool('price', { item: 'pen' }), say('ok')],
  });
  expect(() => invariants['tools-do-not-crash'](run)).toThrowError(
    'tools-do-not-crash: the tool "price" crashed on arguments that fit its schema: price({"item":"pen"}) threw TypeError: x.get is not a function (at app/shop.ts:9)\n  caused by Error: no map',
  );
});

/** A TypeError with this message, thrown at this place. */
function errorAt(message: string, frame: string): TypeError {
  const error = new TypeError(message);
  error.stack = `TypeError: ${message}\n    at ${frame}`;
  return error;
}

test('if the source cannot be read, the message decides', () => {
  const frame = 'price (/nowhere/shop.ts:1:1)';
  expect(isCrash(errorAt("Cannot read properties of undefined (reading 'get')", frame))).toBe(true);
  expect(isCrash(errorAt('shop.get is not a function', frame))).toBe(true);
  expect(isCrash(errorAt('Only pens are sold', frame))).toBe(false);
  expect(isCrash(errorAt('fetch failed', 'fetch (node:internal/deps/undici/undici:1:1)'))).toBe(false);
  expect(isCrash(Object.assign(new TypeError('x is not iterable'), { stack: undefined }))).toBe(true);
});

test('of a long line, as in a bundle, only the place of the frame counts', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crash-'));
  try {
    const file = join(folder, 'bundle.js');
    const [before, after] = ['throw new Error(1);'.padEnd(500), 'x.get();'];
    writeFileSync(file, before + after);
    expect(isCrash(errorAt('no get', `f (${file}:1:${before.length + 3})`))).toBe(true);
    expect(isCrash(errorAt('no get', `f (${file}:1:7)`))).toBe(false);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an error that cannot be read is not a crash', () => {
  const { proxy, revoke } = Proxy.revocable(new TypeError('x is not a function'), {});
  revoke();
  expect(isCrash(proxy)).toBe(false);
});
