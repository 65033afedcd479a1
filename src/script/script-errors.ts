import type { ErrorFacts, Sentence } from '../engine/values/error-facts.ts';
import { addFacts, messageOf } from '../engine/values/engine-errors.ts';

/** Says that what answers for the model, a script or a cassette, and what was played with it do not fit: what then happened shows nothing. */
export class Misfit extends Error {}

/** A completion was requested beyond the last step of a script, or where the user is to speak. */
export class ScriptExhaustedError extends Misfit {
  override readonly name = 'ScriptExhaustedError';
  /** Which completion was requested; the first is 1. */
  readonly request: number;
  /** The place of the user's step that was due; the first step is 1. Absent where the script is at its end. */
  declare readonly step?: number;
  /** How many answers the script has in all. */
  readonly answers: number;
  /** The role of the message after which the model was asked to continue. */
  readonly lastRole: string;

  /** @internal Made by the player of a script. */
  constructor(facts: ScriptExhaustion) {
    super(exhaustionWords(facts));
    const { request, step, answers, lastRole } = facts;
    this.request = request;
    if (step !== undefined) this.step = step;
    this.answers = answers;
    this.lastRole = lastRole;
  }
}

/** What a ScriptExhaustedError is made of. */
interface ScriptExhaustion extends Pick<ScriptExhaustedError, 'request' | 'answers' | 'lastRole'> {
  readonly step: number | undefined;
  /** The due step as its source. */
  readonly stepText: string;
  /** What was said so far, for the end of the message. */
  readonly conversation: string;
}

function exhaustionWords(facts: ScriptExhaustion): string {
  const { request, step, answers, lastRole, stepText, conversation } = facts;
  const asked = `The model was asked to continue after a "${lastRole}" message.`;
  const what =
    step === undefined
      ? `but the script has ${answers === 1 ? '1 step' : `${answers} steps`} for the model. ${asked} Add a step, or check why the run did not stop.`
      : `but step ${step} of the script is ${stepText}: the run was expected to have ended. ${asked} Add a model step before it, or check why the run did not stop.`;
  return `Completion ${request} was requested, ${what}${conversation}`;
}

/** A run ended, or a test did, with steps of a script left over. */
export class ScriptNotFinishedError extends Misfit {
  override readonly name = 'ScriptNotFinishedError';
  /** The place of the first step that is left over; the first step is 1. */
  readonly step: number;
  /** How many steps are left over. */
  readonly remaining: number;

  /** Made by the player of a script. `how` begins the sentence, `lines` show the steps. */
  constructor({ how, step, lines }: { how: string; step: number; lines: readonly string[] }) {
    const remaining = lines.length;
    const shown = lines.slice(0, 10).map((line, offset) => `  step ${step + offset}  ${line}`);
    if (remaining > 10) shown.push(`  … and ${remaining - 10} more`);
    super(
      `${how}: ${remaining === 1 ? '1 step is' : `${remaining} steps are`} left over. Remove what is not needed, or check why the run stopped early.\n${shown.join('\n')}`,
    );
    this.step = step;
    this.remaining = remaining;
  }
}

/** The script itself is wrong: a malformed step, a call of a tool that was not offered, arguments that fail its schema. */
export class ScriptMistakeError extends Misfit implements Partial<ErrorFacts> {
  override readonly name = 'ScriptMistakeError';
  declare readonly step?: number;
  declare readonly call?: number;
  declare readonly where?: string;
  declare readonly field?: string;
  declare readonly given?: string;
  declare readonly expected?: string;
  declare readonly known?: readonly string[];
  declare readonly suggestion?: string;
  declare readonly tool?: string;

  /** @internal Made where the mistake is found. */
  constructor(said: string | Sentence) {
    super(messageOf(said));
    addFacts(this, said);
  }
}

/** Whether an error says so. */
export function isMisfit(error: unknown): error is Error {
  return error instanceof Misfit;
}
