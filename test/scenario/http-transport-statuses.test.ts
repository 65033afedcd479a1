import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { modelFails, user, type Fault } from 'swarmcheck/testing';
import { playIn, playInAll, ways } from '../support/ways.ts';

type StatusFault = Extract<Fault, { kind: 'status' }>;

const scenarioOf = (fault: StatusFault) => ({
  agent: new Agent({ name: 'Desk' }),
  steps: [user('hi'), modelFails(fault)],
});

/** The class and the fields of an error of the openai client. */
function fieldsOf(error: unknown): object {
  if (!(error instanceof OpenAI.APIError)) throw new Error(`${String(error)} is no error of the client.`);
  const { status, message, error: body, code, param, type, requestID } = error;
  const retryAfterMs = error.headers?.get('retry-after-ms');
  return { class: error.constructor, status, message, body, code, param, type, requestID, retryAfterMs };
}

const bodies: [what: string, body: unknown][] = [
  ['the default', undefined],
  ['missing', null],
  ['a text', 'Bad Gateway: 你好'],
  ['a page', '<html><body><h1>503</h1></body></html>'],
  [
    'an error of the API',
    { error: { message: 'Too many.', type: 'tokens', param: 'n', code: 'rate_limit_exceeded' } },
  ],
  ['an error that is a text', { error: 'overloaded' }],
  ['an error with nothing in it', { error: {} }],
  ['an object without an error', { detail: 'Not Found' }],
  ['an empty object', {}],
  ['a list', [{ error: 'x' }]],
  ['an empty text', ''],
  ['a text that is JSON', '{"error":{"message":"quota","code":"q"}}'],
  ['a number', 7],
];

test.for(bodies)('the error is the same in every play mode for a body that is %s', async ([, body]) => {
  const [first, ...others] = await playInAll(
    scenarioOf({ kind: 'status', status: 429, retryAfterMs: 20, ...(body === undefined ? {} : { body }) }),
  );
  for (const other of others) {
    expect(fieldsOf(other.error)).toEqual(fieldsOf(first!.error));
    expect(other.trace.hash).toBe(first!.trace.hash);
  }
});

test('each status from 400 to 503, 529 and 599 gives the same error in every play mode', async () => {
  const statuses = Array.from({ length: 104 }, (_, index) => 400 + index);
  for (const status of [...statuses, 529, 599]) {
    const [first, ...others] = await playInAll(scenarioOf({ kind: 'status', status }));
    expect(first!.trace.events.at(-2)).toMatchObject({ error: { message: `status ${status}`, status } });
    for (const other of others) {
      expect(fieldsOf(other.error)).toEqual(fieldsOf(first!.error));
      expect(other.trace.hash).toBe(first!.trace.hash);
    }
  }
});

test.for([0, 1, 2500, 0.5])(
  'a retryAfterMs of %s is in the headers in every play mode',
  async (retryAfterMs) => {
    for (const { error } of await playInAll(scenarioOf({ kind: 'status', status: 503, retryAfterMs })))
      expect(fieldsOf(error)).toMatchObject({ retryAfterMs: String(retryAfterMs) });
  },
);

const classes = [
  [400, OpenAI.BadRequestError],
  [401, OpenAI.AuthenticationError],
  [403, OpenAI.PermissionDeniedError],
  [404, OpenAI.NotFoundError],
  [409, OpenAI.ConflictError],
  [422, OpenAI.UnprocessableEntityError],
  [429, OpenAI.RateLimitError],
  [500, OpenAI.InternalServerError],
  [503, OpenAI.InternalServerError],
] as const;

for (const way of ways) {
  test.for(classes)(`status %i gives its own error class, ${way.name}`, async ([status, errorClass]) => {
    const { error } = await playIn(way, scenarioOf({ kind: 'status', status }));
    expect(error).toBeInstanceOf(errorClass);
    expect(error).toHaveProperty('message', `${status} Scripted fault: status ${status}.`);
  });
}
