import { problemsBySchema } from '../engine/arguments.ts';
import { copyData } from '../engine/copy.ts';
import { shorten } from '../engine/errors.ts';
import type { CompletionRequest } from '../engine/provider.ts';
import { callText, conversationLines, textOf } from '../trace/format.ts';
import { checkModelStep, checkSteps, didYouMean } from './check-steps.ts';
import { ScriptExhaustedError, ScriptMistakeError, ScriptNotFinishedError } from './errors.ts';
import type { ModelStep, Step, UserStep } from './steps.ts';

/** An answer due, with its place in the script. */
export interface DueStep {
  step: ModelStep;
  /** Into the steps of the script, from 0. */
  index: number;
}

/**
 * A script and how far it has been played. Strict both ways: it gives each step once, in order, and
 * says what is wrong when it is asked for more, or not for all.
 */
export class ScriptPlayer {
  readonly #steps: readonly Step[];
  #next = 0;
  #requests = 0;
  #lastAnswer: ModelStep | undefined;

  /** Throws a ScriptMistakeError for a malformed step. Later changes of the list do not show. */
  constructor(steps: readonly Step[]) {
    checkSteps(steps);
    this.#steps = copyData(steps);
  }

  /** Answers that are left; what the user says is not counted. */
  get remaining(): number {
    return this.#steps.slice(this.#next).filter((step) => !isUserStep(step)).length;
  }

  /** Of the step that is due next, from 0. */
  get position(): number {
    return this.#next;
  }

  /** Whether the user is the next to speak. */
  get userIsNext(): boolean {
    return isUserStep(this.#steps[this.#next]);
  }

  /** Whether the answer given last was one that fails or is damaged. */
  get lastAnswerFails(): boolean {
    return this.#lastAnswer?.fault !== undefined;
  }

  /** What the user says next, when that is what is due; it is then done. */
  takeUser(): string | undefined {
    const step = this.#steps[this.#next];
    if (!isUserStep(step)) return undefined;
    this.#next++;
    return step.user;
  }

  /** The user messages that are due, held against what the request shows the user said. */
  expectUser(request: CompletionRequest): void {
    for (let due = this.takeUser(); due !== undefined; due = this.takeUser()) {
      // Of several in a row the request shows the last.
      if (isUserStep(this.#steps[this.#next])) continue;
      const said = request.messages.findLast(({ role }) => role === 'user');
      if (said && textOf(said.content) === due) continue;
      throw new ScriptMistakeError(
        `Step ${this.#next} expects the user to have said ${JSON.stringify(due)}, but ${said ? `the last user message is ${JSON.stringify(shorten(textOf(said.content), 200))}` : 'there is no user message'}.${conversation(request)}`,
      );
    }
  }

  /** The answer that is due. The step is taken at once, so that concurrent requests get different ones. */
  async takeAnswer(request: CompletionRequest): Promise<DueStep> {
    this.#requests++;
    const index = this.#next;
    const due = this.#steps[index];
    if (due === undefined || isUserStep(due)) throw this.#exhausted(request, due);
    this.#next++;
    const place = `Step ${index + 1} (steps[${index}])`;
    const step = typeof due === 'function' ? copyData(await due(copyData(request))) : due;
    if (typeof due === 'function') checkModelStep(`${place} is a function, and what it returned`, step);
    await checkCalls(place, step, request);
    this.#lastAnswer = step;
    return { step, index };
  }

  /** Throws a ScriptNotFinishedError that lists the steps left over, if there are any. */
  assertComplete(): void {
    if (this.remaining > 0) throw this.notFinished('The script was not played to its end');
  }

  /** The error that lists what is left; `how` is the start of its sentence. */
  notFinished(how: string): ScriptNotFinishedError {
    const left = this.#steps.slice(this.#next);
    const lines = left.slice(0, 10).map((step, offset) => `  step ${this.#next + offset + 1}  ${stepText(step)}`);
    if (left.length > 10) lines.push(`  … and ${left.length - 10} more`);
    return new ScriptNotFinishedError(
      `${how}: ${left.length === 1 ? '1 step is' : `${left.length} steps are`} left over. Remove what is not needed, or check why the run stopped early.\n${lines.join('\n')}`,
    );
  }

  #exhausted(request: CompletionRequest, due: UserStep | undefined): ScriptExhaustedError {
    const last = request.messages.at(-1);
    const asked = `The model was asked to continue after a "${last?.role ?? 'system'}" message.`;
    const what = due
      ? `Completion ${this.#requests} was requested, but step ${this.#next + 1} of the script is ${stepText(due)}: the run was expected to have ended. ${asked} Add a model step before it, or check why the run did not stop.`
      : `Completion ${this.#requests} was requested, but the script has ${countSteps(this.#steps.length)}. ${asked} Add a step, or check why the run did not stop.`;
    return new ScriptExhaustedError(`${what}${conversation(request)}`);
  }
}

/** A step as its source: `say("hi")`, `callTool("look_up", {"q":"a"})`. */
export function stepText(step: Step): string {
  if (typeof step === 'function') return '(a function of the request)';
  if (isUserStep(step)) return `user(${JSON.stringify(shorten(step.user, 80))})`;
  const calls = (step.calls ?? []).map(({ tool, args, rawArgs }) => {
    const given = rawArgs === undefined ? args && JSON.stringify(args) : JSON.stringify(rawArgs);
    return `callTool(${JSON.stringify(tool)}${given === undefined ? '' : `, ${shorten(given, 80)}`})`;
  });
  const parts = calls.length > 1 ? [`callTools([${calls.join(', ')}])`] : calls;
  if (step.say !== undefined) parts.unshift(`say(${JSON.stringify(shorten(step.say, 80))})`);
  if (step.refusal !== undefined) parts.unshift(`refuse(${JSON.stringify(shorten(step.refusal, 80))})`);
  if (step.fault) parts.push(`modelFails(${JSON.stringify(step.fault)})`);
  return parts.join(' + ');
}

/** Holds scripted calls against what the model was offered: a call no model could make is a mistake in the script. */
async function checkCalls(place: string, step: ModelStep, request: CompletionRequest): Promise<void> {
  for (const call of step.calls ?? []) {
    if (call.hallucinated || call.rawArgs !== undefined) continue;
    const offered = request.tools ?? [];
    const definition = offered.find((tool) => tool.function.name === call.tool);
    if (!definition) {
      const names = offered.map((tool) => tool.function.name);
      throw new ScriptMistakeError(
        `${place} calls the tool "${call.tool}", which the model was not offered.${didYouMean(call.tool, names)} ${names.length === 0 ? 'No tools were offered.' : `Offered: ${names.join(', ')}.`} ${hint}${conversation(request)}`,
      );
    }
    const parameters = definition.function.parameters;
    if (!parameters) continue;
    const problems = await problemsBySchema(call.tool, parameters, call.args ?? {});
    if (problems.length > 0) {
      throw new ScriptMistakeError(`${place} calls ${callText(call.tool, call.args ?? {})} with arguments that fail its schema: ${problems.join(' ')} ${hint}${conversation(request)}`);
    }
  }
}

const hint = 'Correct the step, or mark the call { hallucinated: true } if the model is meant to be wrong.';

function conversation(request: CompletionRequest): string {
  return `\nThe conversation so far:\n${conversationLines(request.messages).join('\n')}`;
}

function countSteps(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`;
}

function isUserStep(step: Step | undefined): step is UserStep {
  return typeof step === 'object' && 'user' in step;
}
