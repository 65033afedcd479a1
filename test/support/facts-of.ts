/**
 * Fields that are words or long lists. The test of the whole text shows them. Another test compares one of them only if it
 * is the point: `where` for a place in something nested, `expected` if several rules could have refused the value.
 */
const words = ['where', 'expected', 'known'] as const;
type Words = (typeof words)[number];

const ofEveryError = ['name', 'message', 'stack'];

/** An error as a program sees it: its class and its fields. Fields with words are left out, except those named. */
export function factsOf(error: unknown, ...also: readonly Words[]): Record<string, unknown> {
  if (!(error instanceof Error)) throw new TypeError('This is no error.', { cause: error });
  const unwanted = [...ofEveryError, ...words.filter((name) => !also.includes(name))];
  const fields = Object.entries(error).filter(([name]) => !unwanted.includes(name));
  return { error: error.constructor.name, ...Object.fromEntries(fields) };
}

/** The facts of the error that the function throws or rejects with. Throws if it succeeds. */
export async function factsOfMistake(
  mistake: () => unknown,
  ...also: readonly Words[]
): Promise<Record<string, unknown>> {
  try {
    await mistake();
  } catch (error) {
    return factsOf(error, ...also);
  }
  throw new Error('The mistake passed in silence.');
}
