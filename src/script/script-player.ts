import { problemsBySchema } from '../engine/tools/arguments.ts';
import { declaredArguments, type JsonSchema } from '../engine/tools/json-schema.ts';
import { copyData, copyTree } from '../engine/values/copy.ts';
import { shorten } from '../engine/values/engine-errors.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import { callText, conversationLines, textOf } from '../trace/format.ts';
import { argumentsText } from './answers.ts';
import { fact, sentence, type Sentence } from '../engine/values/error-facts.ts';
import { suggested } from '../engine/values/did-you-mean.ts';
import { assertValidReturnedStep, stepWords, type CheckedSteps } from './valid-steps.ts';
import { ScriptExhaustedError, ScriptMistakeError, ScriptNotFinishedError } from './script-errors.ts';
import { isUserStep } from './step-kinds.ts';
import { callOptions, type ModelStep, type Step, type ToolCallStep, type UserStep } from './steps.ts';

/**
 * A script and how far it has been played. Strict both ways: it gives each step once, in order, and
 * says what is wrong when it is asked for more, or not for all.
 */
export class ScriptPlayer {
  readonly #steps: readonly Step[];
  #next = 0;
  #requests = 0;
  #lastAnswer: ModelStep | undefined;

  /** Later changes of the list do not show. */
  constructor(steps: CheckedSteps) {
    this.#steps = copyTree(steps);
  }

  /** Answers that are left; what the user says is not counted. */
  get remaining(): number {
    return this.#steps.slice(this.#next).filter((step) => !isUserStep(step)).length;
  }

  /** Of the step that is due next, from 0. */
  get position(): number {
    return this.#next;
  }

  /** The answer that is due next; undefined where a function is yet to give it, or there is none. */
  get upcoming(): ModelStep | undefined {
    const step = this.#steps[this.#next];
    return step === undefined || typeof step === 'function' || isUserStep(step) ? undefined : step;
  }

  /** Whether the user is the next to speak. */
  get userIsNext(): boolean {
    return isUserStep(this.#steps[this.#next]);
  }

  /** Whether the answer given last was one that fails or is damaged. */
  get lastAnswerFails(): boolean {
    return this.#lastAnswer?.fault !== undefined;
  }

  /** Goes back to where it was. */
  returnTo(position: number): void {
    this.#next = position;
  }

  /** Leaves out what the model would still have said, up to what the user says next. */
  skipToUser(): void {
    while (this.#next < this.#steps.length && !this.userIsNext) this.#next++;
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
        sentence`${stepWords(this.#next - 1)} expects the user to have said ${fact({ expected: due }, JSON.stringify(due))}, but ${said ? sentence`the last user message is ${{ given: JSON.stringify(shorten(textOf(said.content), 200)) }}` : sentence`there is ${{ given: 'no user message' }}`}.${conversation(request)}`,
      );
    }
  }

  /**
   * The answer that is due. The step is taken at once, so that concurrent requests get different
   * ones; there is a promise only where the step is a function or a validator has to be loaded.
   */
  takeAnswer(request: CompletionRequest): ModelStep | Promise<ModelStep> {
    this.#requests++;
    const index = this.#next;
    const due = this.#steps[index];
    if (due === undefined || isUserStep(due)) throw this.#exhausted(request, due);
    this.#next++;
    return typeof due === 'function'
      ? this.#callStep(due, index, request)
      : this.#fitting(due, index, request);
  }

  async #callStep(
    due: Extract<Step, Function>,
    index: number,
    request: CompletionRequest,
  ): Promise<ModelStep> {
    const step: unknown = copyData(await due(copyData(request)));
    assertValidReturnedStep(index, step);
    return await this.#fitting(step, index, request);
  }

  #fitting(step: ModelStep, index: number, request: CompletionRequest): ModelStep | Promise<ModelStep> {
    this.#lastAnswer = step;
    for (const call of step.calls ?? []) {
      const problems = problemsOfCall(call, request);
      if (problems instanceof Promise) return problems.then(() => this.#fitting(step, index, request));
      if (problems !== undefined) {
        throw new ScriptMistakeError(
          sentence`${stepWords(index)} calls ${problems} ${hint}${conversation(request)}`,
        );
      }
    }
    return step;
  }

  /** Throws a ScriptNotFinishedError that lists the steps left over, if there are any. */
  assertComplete(): void {
    if (this.#next < this.#steps.length) throw this.notFinished('The script was not played to its end');
  }

  /** The error that lists what is left; `how` is the start of its sentence. */
  notFinished(how: string): ScriptNotFinishedError {
    const lines = this.#steps.slice(this.#next).map(stepText);
    return new ScriptNotFinishedError({ how, step: this.#next + 1, lines });
  }

  #exhausted(request: CompletionRequest, due: UserStep | undefined): ScriptExhaustedError {
    return new ScriptExhaustedError({
      request: this.#requests,
      step: due && this.#next + 1,
      answers: this.#steps.filter((step) => !isUserStep(step)).length,
      lastRole: request.messages.at(-1)?.role ?? 'system',
      stepText: due ? stepText(due) : '',
      conversation: conversation(request),
    });
  }
}

/** A step as its source: `say("hi")`, `callTool("look_up", {"q":"a"})`. */
function stepText(step: Step): string {
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

/**
 * What makes a scripted call one that no model could make, or undefined: it is then a mistake in the
 * script. A promise while the validator is being loaded; ask again after it.
 */
function problemsOfCall(
  call: ToolCallStep,
  request: CompletionRequest,
): Sentence | undefined | Promise<unknown> {
  if (call.hallucinated || call.rawArgs !== undefined) return undefined;
  const { tool, args = {} } = call;
  const definition = request.tools?.find((offered) => offered.function.name === tool);
  if (!definition) {
    const names = (request.tools ?? []).map((offered) => offered.function.name);
    const offered =
      names.length === 0
        ? fact({ known: [] }, 'No tools were offered.')
        : sentence`Offered: ${{ known: names }}.`;
    return sentence`the tool "${{ tool }}", which the model was not offered.${suggested(tool, names)} ${offered}`;
  }
  const { parameters } = definition.function;
  // As the model would have sent them: what JSON leaves out or writes in another form is gone.
  const raw = argumentsText(call);
  const problems = parameters ? problemsBySchema(tool, parameters, JSON.parse(raw) as object, raw) : [];
  if (problems instanceof Promise) return problems;
  if (problems.length === 0) return undefined;
  const cause = causeOf(call, problems, parameters);
  return sentence`${fact({ tool }, callText(tool, args))} with arguments that fail its schema: ${[...problems, ...cause].join(' ')}`;
}

/** Why arguments that nobody meant as such may have got there, or why there can be none. */
function causeOf(
  { tool, args = {} }: ToolCallStep,
  problems: readonly string[],
  parameters: object | undefined,
): string[] {
  const undeclared = Object.keys(args).filter((name) =>
    problems.includes(`"${name}" is not an argument of this tool.`),
  );
  // An "id" is more often an argument.
  if (undeclared.some((name) => name !== 'id' && callOptions.includes(name)))
    return ['Options are the third argument of callTool.'];
  const { names, patterns } = declaredArguments(parameters as JsonSchema);
  return undeclared.length > 0 && names.size + patterns.length === 0
    ? [`${tool} takes no arguments; for arguments define it with tool({ name: "${tool}", parameters: … }).`]
    : [];
}

const hint =
  'Correct the step, check which agent was asked, or mark the call { hallucinated: true } if the model is meant to be wrong.';

function conversation(request: CompletionRequest): string {
  return `\nThe conversation so far:\n${conversationLines(request.messages).join('\n')}`;
}
