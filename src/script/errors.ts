/** Says that what answers for the model, a script or a cassette, and what was played with it do not fit: what then happened shows nothing. */
export class Misfit extends Error {}

/** A completion was requested beyond the last step of a script. */
export class ScriptExhaustedError extends Misfit {
  override readonly name = 'ScriptExhaustedError';
}

/** A run ended, or a test did, with steps of a script left over. */
export class ScriptNotFinishedError extends Misfit {
  override readonly name = 'ScriptNotFinishedError';
}

/** The script itself is wrong: a malformed step, a call of a tool that was not offered, arguments that fail its schema. */
export class ScriptMistakeError extends Misfit {
  override readonly name = 'ScriptMistakeError';
}

/** Whether an error says so. */
export function isMisfit(error: unknown): error is Error {
  return error instanceof Misfit;
}
