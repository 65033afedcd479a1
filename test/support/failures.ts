/** What an assertion, a call, a promise or a scenario fails with. Each of these fails itself where nothing fails. */
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

/** What a promise is rejected with, error or not. */
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

/** JSON cannot tell everything; that something came at all is what counts. */
function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** The message with which an assertion fails, without colours. */
export function failureOf(assertion: () => unknown): string {
  return stripVTControlCharacters(thrown(assertion).message);
}

/** The same without what happened. */
export function reasonOf(assertion: () => unknown): string {
  return failureOf(assertion).split('\nWhat happened:')[0]!;
}

/** The message of what is thrown, at once or by the promise that is returned, without colours. */
export async function messageOf(mistake: () => unknown): Promise<string> {
  return stripVTControlCharacters((await errorOf(mistake)).message);
}

/** The error itself. */
export async function errorOf(mistake: () => unknown): Promise<Error> {
  return await rejection((async () => await mistake())());
}

/** The messages with which a run failed. */
export function messagesOf({ failures }: ScenarioRun): string[] {
  return failures.map(({ message }) => message);
}

/** The first line of each: the messages without what happened. */
export function reasonsOf(run: ScenarioRun): string[] {
  return messagesOf(run).map((message) => message.split('\n')[0]!);
}

/** The messages with which a scenario fails. */
export async function failuresOf(scenario: Scenario): Promise<string> {
  const messages = messagesOf(await runScenario(scenario));
  if (messages.length === 0) throw new Error('The scenario was expected to fail, but passed.');
  return messages.join('\n');
}
