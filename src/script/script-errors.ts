import type { ErrorFacts, Sentence } from '../engine/values/error-facts.ts';
import { addFacts, messageOf } from '../engine/values/engine-errors.ts';

/**
 * Base class of the errors that say that a script or cassette does not fit the run it is played in. Such a run proves
 * nothing.
 */
export class Misfit extends Error {}

/** A completion was requested beyond the last step of a script, or where the next step is the user's. */
export class ScriptExhaustedError extends Misfit {
  override readonly name = 'ScriptExhaustedError';
  /** Which completion was requested; the first is 1. */
  readonly request: number;
  /** The number of the user step that was next; the first step is 1. Absent at the end of the script. */
  declare readonly step?: number;
  /** How many answers the script has in all. */
  readonly answers: number;
  /** The role of the message after which the model was asked to continue. */
  readonly lastRole: string;
  /** The name of the agent that was asked. Absent if it is not known, as for a request of another client. */
  declare readonly agent?: string;

  /** @internal Created by ScriptPlayer. */
  constructor(facts: ScriptExhaustion) {
    super(exhaustionWords(facts));
    const { request, step, answers, lastRole, agent } = facts;
    this.request = request;
    if (step !== undefined) this.step = step;
    if (agent !== undefined) this.agent = agent;
    this.answers = answers;
    this.lastRole = lastRole;
  }
}

/** The parts of a ScriptExhaustedError. */
interface ScriptExhaustion extends Pick<ScriptExhaustedError, 'request' | 'answers' | 'lastRole'> {
  readonly step: number | undefined;
  readonly agent: string | undefined;
  /** The next step as source code, or the last step at the end of the script; undefined if the script is empty. */
  readonly stepText: string | undefined;
  /** How many steps the script has, including user steps. */
  readonly steps: number;
  /** The conversation so far, for the end of the message. */
  readonly conversation: string;
}

function exhaustionWords(facts: ScriptExhaustion): string {
  const { request, agent, lastRole, conversation } = facts;
  const asked = agent === undefined ? 'The model' : `The agent ${JSON.stringify(agent)}`;
  const [what, advice] = exhaustionCause(facts);
  return `Completion ${request} was requested, but ${what}. ${asked} was asked to continue after a "${lastRole}" message. ${advice}${conversation}`;
}

/** Why no step answers the request, and what to do. */
function exhaustionCause({ step, stepText, steps, answers }: ScriptExhaustion): [string, string] {
  if (steps === 0)
    return ['the script has no steps (steps: [])', 'Write what the model answers, such as say("…").'];
  const ends = 'say(…) ends a run.';
  if (step !== undefined)
    return [
      `step ${step} of the script is ${stepText}: the run was expected to have ended`,
      `${ends} Add a model step before step ${step}, or check why the run did not stop.`,
    ];
  return [
    `the script has ${answers === 1 ? '1 step' : `${answers} steps`} for the model, and its last step is ${stepText}`,
    `${ends} Add a step, or check why the run did not stop.`,
  ];
}

/** The requests that came over HTTP. */
export interface CameRequests {
  readonly requests: readonly { method: string; path: string; status?: number; count: number }[];
  readonly address?: string;
  /** Both as a sentence. */
  readonly text: string;
}

interface Leftovers {
  readonly how: string;
  readonly step: number;
  readonly lines: readonly string[];
}

/** A run or a test ended before all steps of its script were used. */
export class ScriptNotFinishedError extends Misfit {
  override readonly name = 'ScriptNotFinishedError';
  /** The place of the first step that was not used; the first step is 1. */
  readonly step: number;
  /** How many steps were not used. */
  readonly remaining: number;
  /** The requests that came over HTTP, equal ones counted. Absent if the script was not served over HTTP. */
  declare readonly requests?: CameRequests['requests'];
  /** The address that the app was given. Absent if requests to any address are answered. */
  declare readonly address?: string;
  readonly #left: Leftovers;

  /** @internal Created by ScriptPlayer. `how` begins the message; `lines` are the steps that were not used. */
  constructor(left: Leftovers, came?: CameRequests) {
    const { how, step, lines } = left;
    const remaining = lines.length;
    const shown = lines.slice(0, 10).map((line, offset) => `  step ${step + offset}  ${line}`);
    if (remaining > 10) shown.push(`  … and ${remaining - 10} more`);
    super(
      `${how}: ${remaining === 1 ? '1 step is' : `${remaining} steps are`} left over. Remove the steps that are not needed, or check why the run stopped early.\n${shown.join('\n')}${came ? `\n${came.text}` : ''}`,
    );
    this.#left = left;
    this.step = step;
    this.remaining = remaining;
    if (came) this.requests = came.requests;
    if (came?.address !== undefined) this.address = came.address;
  }

  /** @internal The same error, with the requests that came. */
  after(came: CameRequests): ScriptNotFinishedError {
    return new ScriptNotFinishedError(this.#left, came);
  }
}

/**
 * The script itself is wrong: a malformed step, a call to a tool that was not offered, arguments that fail a tool's
 * schema, an answer that the request does not allow, or a user step that differs from the last user message of the
 * request. `agent` is absent if it is not known, as for a request of another client.
 */
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
  declare readonly agent?: string;

  /** @internal Created where the mistake is found. */
  constructor(said: string | Sentence) {
    super(messageOf(said));
    addFacts(this, said);
  }
}

/** Whether an error says that a script or cassette does not fit the run. */
export function isMisfit(error: unknown): error is Error {
  return error instanceof Misfit;
}
