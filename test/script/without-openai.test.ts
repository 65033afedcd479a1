import { expect, test, vi } from 'vitest';
import { modelFails, scriptedProvider, type Fault } from 'swarmcheck/testing';
import { rejection } from '../support/failures.ts';
import { request } from './ask.ts';

vi.mock('openai', () => {
  throw new Error('Cannot find package "openai"');
});

const failing = (fault: Fault) => rejection(scriptedProvider([modelFails(fault)]).complete(request()));

// An import while the factory of the mock is running gets the real module, so these tests run one after another.
test.sequential.for([
  [400, 'BadRequestError'],
  [401, 'AuthenticationError'],
  [403, 'PermissionDeniedError'],
  [404, 'NotFoundError'],
  [409, 'ConflictError'],
  [418, 'APIError'],
  [422, 'UnprocessableEntityError'],
  [429, 'RateLimitError'],
  [500, 'InternalServerError'],
  [503, 'InternalServerError'],
] as const)('without openai installed, status %i throws an error named %s', async ([status, name]) => {
  const error = await failing({ kind: 'status', status });
  expect(error).toMatchObject({ name, status });
});

test.sequential('without openai installed, reset throws an error named APIConnectionError', async () => {
  expect(await failing({ kind: 'reset' })).toMatchObject({
    name: 'APIConnectionError',
    message: 'Connection error.',
  });
});
