/** Something that went wrong at the wire, out of sight of the test that it belongs to. */
interface Report {
  readonly error: Error;
  /** The test it belongs to, as far as that could be told. */
  readonly owner: unknown;
}

/** What nobody has been told yet. Code under test may swallow an error that it met at the wire; here it is kept. */
const reports: Report[] = [];

let ownerNow: () => unknown = () => undefined;

/** From now on this says which test the code belongs to that is running. */
export function attributeReports(newOwnerNow: () => unknown): void {
  ownerNow = newOwnerNow;
}

/** Who is to be told of what happens now. */
export function currentOwner(): unknown {
  return ownerNow();
}

/** Keeps an error for the end of its test. The same message is kept once. */
export function report(error: Error, owner: unknown = ownerNow()): void {
  if (!reports.some((known) => known.owner === owner && known.error.message === error.message))
    reports.push({ error, owner });
}

/** Takes out what is to be told to an owner. */
export function takeReports(isFor: (owner: unknown) => boolean): Error[] {
  const taken = reports.filter(({ owner }) => isFor(owner));
  for (const item of taken) reports.splice(reports.indexOf(item), 1);
  return taken.map(({ error }) => error);
}

/** One error for several, with all that they say. */
export function combined(errors: readonly Error[]): Error {
  const [first] = errors;
  if (errors.length === 1) return first!;
  const error = new Error(errors.map(({ message }) => message).join('\n'), { cause: first });
  error.name = first!.name;
  return error;
}
