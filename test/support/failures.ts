/** Helpers that return the error or the message of something that must fail. Each throws if it does not fail. */
import { stripVTControlCharacters } from 'node:util';
import { runScenario, type Scenario, type ScenarioRun } from 'swarmcheck/testing';

/** The error that a function throws. */
export function thrown(run: () => unknown): Error {
  let value: unknown;
  try {
    value = run();
  } catch (error) {
    return errorIn(error);
  }
  throw new Error(`It was expected to throw an error, but returned ${shown(value)}.`);
}

/** The error that a promise is rejected with. */
export async function rejection(promise: PromiseLike<unknown>): Promise<Error> {
  return errorIn(await rejectedWith(promise));
}

/** The value that a promise is rejected with, whether or not it is an error. */
export async function rejectedWith(promise: PromiseLike<unknown>): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new Error(`It was expected to be rejected, but resolved to ${shown(value)}.`);
}

function errorIn(failure: unknown): Error {
  if (failure instanceof Error) return failure;
  throw new Error(`It failed with ${shown(failure)}, which is no error.`);
}

/** A value for a message, as JSON. A lossy form is enough, because any value at all is a failure. */
function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** The message with which an assertion fails, without colours. */
export function failureOf(assertion: () => unknown): string {
  return stripVTControlCharacters(thrown(assertion).message);
}

/** The same message, without the part "What happened". */
export function reasonOf(assertion: () => unknown): string {
  return failureOf(assertion).split('\nWhat happened:')[0]!;
}

/** The message of the error that the function throws or rejects with, without colours. */
export async function messageOf(mistake: () => unknown): Promise<string> {
  return stripVTControlCharacters((await errorOf(mistake)).message);
}

/** The error that the function throws or rejects with. */
export async function errorOf(mistake: () => unknown): Promise<Error> {
  return await rejection((async () => await mistake())());
}

/** The messages of the failures of a run. */
export function messagesOf({ failures }: ScenarioRun): string[] {
  return failures.map(({ message }) => message);
}

/** The first line of each of these messages, without the part "What happened". */
export function reasonsOf(run: ScenarioRun): string[] {
  return messagesOf(run).map((message) => message.split('\n')[0]!);
}

/** The messages of the failures of a scenario, joined. */
export async function failuresOf(scenario: Scenario): Promise<string> {
  const messages = messagesOf(await runScenario(scenario));
  if (messages.length === 0) throw new Error('The scenario was expected to fail, but passed.');
  return messages.join('\n');
}
