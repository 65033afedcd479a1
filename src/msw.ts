export { BlockedRequestError } from './wire/guard.ts';
export { chatCompletions } from './wire/chat-completions.ts';
export { mockModel } from './wire/mock-model.ts';
export type { MockModel } from './wire/mock-model.ts';
export { startMocking } from './wire/start-mocking.ts';
export type { MockingOptions } from './wire/start-mocking.ts';
