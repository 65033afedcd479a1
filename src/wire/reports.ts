/** An error on the wire that its test may not have seen. */
interface Report {
  readonly error: Error;
  /** The test that the error belongs to; undefined if unknown. */
  readonly owner: unknown;
}

/**
 * Errors that have not been reported yet. They are kept here because the code under test may swallow an error on the
 * wire.
 */
const reports: Report[] = [];

let ownerNow: () => unknown = () => undefined;

/** Sets the function that returns the test which the running code belongs to. */
export function attributeReports(newOwnerNow: () => unknown): void {
  ownerNow = newOwnerNow;
}

/** The test that the running code belongs to; undefined if unknown. */
export function currentOwner(): unknown {
  return ownerNow();
}

/** Keeps an error for the end of its test. Each message is kept once per test. */
export function report(error: Error, owner: unknown = ownerNow()): void {
  if (!reports.some((known) => known.owner === owner && known.error.message === error.message))
    reports.push({ error, owner });
}

/** Removes and returns the errors of the matching owners. */
export function takeReports(isFor: (owner: unknown) => boolean): Error[] {
  const taken = reports.filter(({ owner }) => isFor(owner));
  for (const item of taken) reports.splice(reports.indexOf(item), 1);
  return taken.map(({ error }) => error);
}

/** Combines errors into one, with all messages and the name of the first. A single error is returned unchanged. */
export function combined(errors: readonly Error[]): Error {
  const [first] = errors;
  if (errors.length === 1) return first!;
  const error = new Error(errors.map(({ message }) => message).join('\n'), { cause: first });
  error.name = first!.name;
  return error;
}
