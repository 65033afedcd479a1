import { problemsBySchema } from '../engine/tools/arguments.ts';
import { declaredArguments, type JsonSchema } from '../engine/tools/json-schema.ts';
import { copyData, copyTree } from '../engine/values/copy.ts';
import { shorten } from '../engine/values/engine-errors.ts';
import type { CompletionOptions, CompletionRequest } from '../engine/model/provider.ts';
import { runOf } from '../engine/run/run-of.ts';
import { callText, conversationLines, textOf } from '../trace/format.ts';
import { argumentsText } from './answers.ts';
import { fact, sentence, type Sentence } from '../engine/values/error-facts.ts';
import { suggested } from '../engine/values/did-you-mean.ts';
import { Misfits } from './misfits.ts';
import { problemWithLimits } from './request-limits.ts';
import { assertValidReturnedStep, stepWords, type CheckedSteps } from './valid-steps.ts';
import { ScriptExhaustedError, ScriptMistakeError, ScriptNotFinishedError } from './script-errors.ts';
import { failsItsRun, isUserStep } from './step-kinds.ts';
import { callOptions, type ModelStep, type Step, type ToolCallStep, type UserStep } from './steps.ts';

/**
 * Plays a script and keeps its position. It is strict both ways: it gives each step once, in order, and throws if a
 * step is requested beyond the script; `assertComplete` throws if steps are left over.
 */
export class ScriptPlayer {
  readonly #steps: readonly Step[];
  #next = 0;
  #requests = 0;
  #lastAnswer: ModelStep | undefined;
  /** The errors of requests that did not fit, even if the code that made the request caught them. */
  readonly misfits = new Misfits();

  /** Makes a deep copy of the steps, so later changes to them have no effect. */
  constructor(steps: CheckedSteps) {
    this.#steps = copyTree(steps);
  }

  /** How many answers of the model are left; user steps are not counted. */
  get remaining(): number {
    return this.#steps.slice(this.#next).filter((step) => !isUserStep(step)).length;
  }

  /** The index of the next step, from 0. */
  get position(): number {
    return this.#next;
  }

  /** The next answer. Undefined if the next step is a function or the user's, and at the end of the script. */
  get upcoming(): ModelStep | undefined {
    const step = this.#steps[this.#next];
    return step === undefined || typeof step === 'function' || isUserStep(step) ? undefined : step;
  }

  /** Whether the next step is the user's. */
  get userIsNext(): boolean {
    return isUserStep(this.#steps[this.#next]);
  }

  /** Whether the last answer makes its run fail. */
  get lastAnswerFails(): boolean {
    return this.#lastAnswer !== undefined && failsItsRun(this.#lastAnswer);
  }

  /** Goes back to an earlier position. */
  returnTo(position: number): void {
    this.#next = position;
  }

  /** Skips the model's steps up to the next user step. */
  skipToUser(): void {
    while (this.#next < this.#steps.length && !this.userIsNext) this.#next++;
  }

  /** Takes the next step if it is the user's, and returns its text. Otherwise returns undefined. */
  takeUser(): string | undefined {
    const step = this.#steps[this.#next];
    if (!isUserStep(step)) return undefined;
    this.#next++;
    return step.user;
  }

  /**
   * Takes the user steps that come next. Throws a ScriptMistakeError if the text of the last one is not the last user
   * message of the request. `options` come with the request; errors name the agent that they belong to.
   */
  expectUser(request: CompletionRequest, options?: CompletionOptions): void {
    for (let due = this.takeUser(); due !== undefined; due = this.takeUser()) {
      // Of several user steps in a row, only the last one is compared.
      if (isUserStep(this.#steps[this.#next])) continue;
      const said = request.messages.findLast(({ role }) => role === 'user');
      if (said && textOf(said.content) === due) continue;
      throw new ScriptMistakeError(
        sentence`${stepWords(this.#next - 1)} expects the user to have said ${fact({ expected: due }, JSON.stringify(due))}, but ${said ? sentence`the last user message is ${{ given: JSON.stringify(shorten(textOf(said.content), 200)) }}` : sentence`there is ${{ given: 'no user message' }}`}.${agentWords(options)}${conversation(request)}`,
      );
    }
  }

  /**
   * Takes the next answer. The step is taken before anything is awaited, so that concurrent requests get different
   * steps. Returns a promise only if the step is a function, or if the schema validator must be loaded. `options` come
   * with the request; errors name the agent that they belong to.
   */
  takeAnswer(request: CompletionRequest, options?: CompletionOptions): ModelStep | Promise<ModelStep> {
    this.#requests++;
    const index = this.#next;
    const due = this.#steps[index];
    if (due === undefined || isUserStep(due)) throw this.#exhausted(request, options, due);
    this.#next++;
    return typeof due === 'function'
      ? this.#callStep(due, index, request, options)
      : this.#fitting(due, index, request, options);
  }

  async #callStep(
    due: Extract<Step, Function>,
    index: number,
    request: CompletionRequest,
    options: CompletionOptions | undefined,
  ): Promise<ModelStep> {
    const step: unknown = copyData(await due(copyData(request)));
    assertValidReturnedStep(index, step);
    return await this.#fitting(step, index, request, options);
  }

  #fitting(
    step: ModelStep,
    index: number,
    request: CompletionRequest,
    options: CompletionOptions | undefined,
  ): ModelStep | Promise<ModelStep> {
    this.#lastAnswer = step;
    for (const call of step.hallucinated ? [] : (step.calls ?? [])) {
      const problems = problemsOfCall(call, request);
      if (problems instanceof Promise)
        return problems.then(() => this.#fitting(step, index, request, options));
      if (problems !== undefined) {
        throw new ScriptMistakeError(
          sentence`${stepWords(index)} calls ${problems}${agentWords(options)} ${hintFor(options)}${conversation(request)}`,
        );
      }
    }
    const problem = problemWithLimits(step, request);
    if (problem instanceof Promise) return problem.then(() => this.#fitting(step, index, request, options));
    if (problem === undefined) return step;
    throw new ScriptMistakeError(
      sentence`${stepWords(index)} ${problem}${agentWords(options)} Correct the step, or the request, or mark the ${step.calls ? 'call' : 'step'} { hallucinated: true } if the model is meant to be wrong.${conversation(request)}`,
    );
  }

  /**
   * Throws the error of the first request that did not fit. If all requests fit, throws a ScriptNotFinishedError that
   * lists the steps left over, if there are any.
   */
  assertComplete(): void {
    this.misfits.throwFirst();
    if (this.#next < this.#steps.length) throw this.notFinished('The script was not played to its end');
  }

  /** The error that lists the steps left over; `how` begins its message. */
  notFinished(how: string): ScriptNotFinishedError {
    const lines = this.#steps.slice(this.#next).map(stepText);
    return new ScriptNotFinishedError({ how, step: this.#next + 1, lines });
  }

  #exhausted(
    request: CompletionRequest,
    options: CompletionOptions | undefined,
    due: UserStep | undefined,
  ): ScriptExhaustedError {
    const shown = due ?? this.#steps.at(-1);
    return new ScriptExhaustedError({
      request: this.#requests,
      step: due && this.#next + 1,
      answers: this.#steps.filter((step) => !isUserStep(step)).length,
      lastRole: request.messages.at(-1)?.role ?? 'system',
      agent: agentOf(options),
      stepText: shown && stepText(shown),
      steps: this.#steps.length,
      conversation: conversation(request),
    });
  }
}

/** A step as source code: `say("hi")`, `callTool("look_up", {"q":"a"})`. */
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
 * Why a scripted call is a mistake: the tool was not offered, or the arguments fail its schema. Undefined if the call
 * is valid or is meant to be wrong. A promise while the schema validator is being loaded; call this function again
 * after it resolves.
 */
function problemsOfCall(
  call: ToolCallStep,
  request: CompletionRequest,
): Sentence | undefined | Promise<unknown> {
  if (call.hallucinated || call.rawArgs !== undefined) return undefined;
  const { tool, args = {} } = call;
  const definition = request.tools?.find((offered) => nameOf(offered) === tool);
  if (!definition) {
    const names = (request.tools ?? []).map(nameOf);
    const offered =
      names.length === 0
        ? fact({ known: [] }, 'No tools were offered.')
        : sentence`Offered: ${{ known: names }}.`;
    return sentence`the tool "${{ tool }}", which the model was not offered.${suggested(tool, names)} ${offered}`;
  }
  // A custom tool has no schema.
  const { parameters } = (definition as OfferedTool).function ?? {};
  // Validate what the model would have sent: JSON leaves out some values and changes the form of others.
  const raw = argumentsText(call);
  const problems = parameters ? problemsBySchema(tool, parameters, JSON.parse(raw) as object, raw) : [];
  if (problems instanceof Promise) return problems;
  if (problems.length === 0) return undefined;
  const cause = causeOf(call, problems, parameters);
  return sentence`${fact({ tool }, callText(tool, args))} with arguments that fail its schema: ${[...problems, ...cause].join(' ')}`;
}

/** A tool as any client may offer it: the engine offers only functions. */
interface OfferedTool {
  readonly function?: { readonly name: string; readonly parameters?: object };
  readonly custom?: { readonly name: string };
}

function nameOf(tool: OfferedTool): string {
  return tool.function?.name ?? tool.custom?.name ?? '';
}

/** A likely cause: options passed as arguments, or a tool that declares no arguments. */
function causeOf(
  { tool, args = {} }: ToolCallStep,
  problems: readonly string[],
  parameters: object | undefined,
): string[] {
  const undeclared = Object.keys(args).filter((name) =>
    problems.includes(`"${name}" is not an argument of this tool.`),
  );
  // "id" is more often an argument than a misplaced option.
  if (undeclared.some((name) => name !== 'id' && callOptions.includes(name)))
    return ['Options are the third argument of callTool.'];
  const { names, patterns } = declaredArguments(parameters as JsonSchema);
  return undeclared.length > 0 && names.size + patterns.length === 0
    ? [
        `${tool} takes no arguments. To give it arguments, define it with tool({ name: "${tool}", parameters: … }).`,
      ]
    : [];
}

function hintFor(options: CompletionOptions | undefined): string {
  const check = agentOf(options) === undefined ? ', check which agent was asked' : '';
  return `Correct the step${check}, or mark the call { hallucinated: true } if the model is meant to be wrong.`;
}

/** The agent that a request comes from, if it comes from a run of the engine. */
function agentOf(options: CompletionOptions | undefined): string | undefined {
  const asked = runOf(options)?.findLast(({ type }) => type === 'model-request');
  return asked?.type === 'model-request' ? asked.agent : undefined;
}

/** A sentence that names the agent that was asked, if it is known. */
function agentWords(options: CompletionOptions | undefined): Sentence {
  const agent = agentOf(options);
  return agent === undefined ? fact({}) : sentence` The agent "${{ agent }}" was asked.`;
}

function conversation(request: CompletionRequest): string {
  return `\nThe conversation so far:\n${conversationLines(request.messages).join('\n')}`;
}
