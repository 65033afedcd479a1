/** What only the whole text of a message shows: these fields are words, or long lists. */
const words = ['name', 'where', 'expected', 'known', 'message', 'stack'];

/** An error as a program sees it: its class and what it says in fields. Words that may change are left out. */
export function factsOf(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) throw new TypeError('This is no error.', { cause: error });
  const fields = Object.entries(error).filter(([name]) => !words.includes(name));
  return { error: error.constructor.name, ...Object.fromEntries(fields) };
}

/** The same of what is thrown, at once or by the promise that is returned; fails itself when nothing is. */
export async function factsOfMistake(mistake: () => unknown): Promise<Record<string, unknown>> {
  try {
    await mistake();
  } catch (error) {
    return factsOf(error);
  }
  throw new Error('The mistake passed in silence.');
}
