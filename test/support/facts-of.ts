/** The fields that factsOf leaves out: wording and long lists, which the tests of whole messages show. */
const words = ['name', 'where', 'expected', 'known', 'message', 'stack'];

/** The class and the fields of an error, as a program reads them, without wording that may change. */
export function factsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) throw new TypeError('This is no error.', { cause: error });
  const fields = Object.entries(error).filter(([name]) => !words.includes(name));
  return { error: error.constructor.name, ...Object.fromEntries(fields) };
}

/** The facts of the error that the function throws or rejects with. Throws if it succeeds. */
export async function factsOfMistake(mistake: () => unknown): Promise<Record<string, unknown>> {
  try {
    await mistake();
  } catch (error) {
    return factsOf(error);
  }
  throw new Error('The mistake passed in silence.');
}
