import { isPlainObject } from '../../engine/values/copy.ts';
import { assertValidSteps } from '../../script/valid-steps.ts';
import type { Fault } from '../../script/faults.ts';
import { failsItsRun, isUserStep, withCalls } from '../../script/step-kinds.ts';
import type { ModelStep, Step, ToolCallStep } from '../../script/steps.ts';
import { simplerNumbers, simplerObjects, simplerTexts, withoutParts } from './simpler-values.ts';
import { simplerTogether } from './simpler-together.ts';
import { reduceBy, type ReduceLimits } from './reduce.ts';

/** Texts for steps of the user and the model whose text does not matter. */
const userText = 'hi';
const answerText = 'ok';
/** The answer for steps with a fault whose kind does not matter. */
const plainFailure: ModelStep = { fault: { kind: 'status', status: 500 } };

/**
 * Finds the smallest script that still fails. The smallest script has only the runs, steps, calls, arguments, texts
 * and optional fields (such as `hallucinated`) that the failure needs, and the simplest values. Takes and returns
 * plain JSON; a step that is a function is left out or stays unchanged.
 *
 * No malformed script is tried. If the given script is whole (the user begins, and each run ends with an answer
 * without calls, or with one that fails the run), only whole scripts are tried.
 */
export async function reduce(
  steps: readonly Step[],
  stillFails: (steps: Step[]) => boolean | Promise<boolean>,
  limits: ReduceLimits = {},
): Promise<Step[]> {
  const mustEnd = isWhole(steps);
  function* candidates(value: Step[]): Generator<Step[]> {
    for (const simpler of simplerSteps(value))
      if ((!mustEnd || isWhole(simpler)) && isWellFormed(simpler)) yield simpler;
  }
  return await reduceBy([...steps], candidates, stillFails, limits);
}

/** Whether each run begins with the user and ends with an answer without calls, or with one that fails the run. */
export function isWhole(steps: readonly Step[]): boolean {
  let isOpen = true;
  for (const [index, step] of steps.entries()) {
    if (isUserStep(step)) {
      if (isOpen && index > 0 && !isUserStep(steps[index - 1])) return false;
      isOpen = true;
    } else {
      if (index === 0 || !isOpen) return false;
      isOpen = typeof step === 'function' || (step.calls !== undefined && !failsItsRun(step));
    }
  }
  return steps.length > 0 && !isOpen;
}

function isWellFormed(steps: readonly Step[]): boolean {
  try {
    assertValidSteps(steps);
    return true;
  } catch {
    return false;
  }
}

/** Simpler scripts, the largest reductions first. Some of them are malformed. */
function* simplerSteps(steps: readonly Step[]): Generator<Step[]> {
  yield* plainer(steps);
  yield* shorter(steps);
  for (const [index, step] of steps.entries())
    for (const simpler of simplerStep(step)) yield steps.with(index, simpler);
  yield* failingLater(steps);
  yield* simplerTogether(steps);
  yield* renamed(steps);
}

/**
 * Scripts in which everything that most failures do not need is left out at once. The first script also drops the
 * ids of calls; the second script keeps them.
 */
function* plainer(steps: readonly Step[]): Generator<Step[]> {
  for (const keepsIds of [false, true]) {
    const plain = steps.map((step) => plainStep(step, keepsIds));
    if (plain.some((step, index) => step !== steps[index])) yield plain;
  }
}

/** Returns the same object if there is nothing to leave out. */
function plainStep(step: Step, keepsIds: boolean): Step {
  if (typeof step === 'function') return step;
  if (isUserStep(step)) return step.user === userText ? step : { user: userText };
  const { say, calls, refusal, fault } = step;
  const plainCalls = calls?.map((call) => (keepsIds || call.id === undefined ? call : without(call, 'id')));
  const plain: ModelStep = {
    ...(say !== undefined && !calls && { say: answerText }),
    ...(plainCalls && { calls: plainCalls }),
    ...(refusal !== undefined && !calls && { refusal }),
    ...(fault && { fault }),
  };
  return JSON.stringify(plain) === JSON.stringify(step) ? step : plain;
}

/**
 * Leaves out consecutive steps: half of them, a quarter, and so on. From four steps down, each number of steps is
 * tried, so that a run of two, three or four steps can be left out whole.
 */
function* shorter(steps: readonly Step[]): Generator<Step[]> {
  let size = Math.floor(steps.length / 2);
  while (size >= 1) {
    const stride = Math.ceil(size / 2);
    for (let start = 0; start + size <= steps.length; start += stride)
      yield [...steps.slice(0, start), ...steps.slice(start + size)];
    size = size <= 4 ? size - 1 : Math.floor(size / 2);
  }
}

function* simplerStep(step: Step): Generator<Step> {
  if (typeof step === 'function') return;
  if (isUserStep(step)) for (const user of simplerSpeech(step.user, userText)) yield { user };
  else yield* simplerAnswers(step);
}

/** Scripts in which calls that were cut off or have a fault are whole, and the next answer fails the run in their place. */
function* failingLater(steps: readonly Step[]): Generator<Step[]> {
  for (const [index, step] of steps.entries()) {
    if (typeof step === 'function' || isUserStep(step) || !step.calls || !failsItsRun(step)) continue;
    yield steps.toSpliced(index, 1, without(without(step, 'finishReason'), 'fault'), plainFailure);
  }
}

/** The plain text first, then shorter ones, in case the text matters. */
function* simplerSpeech(text: string, plain: string): Generator<string> {
  if (text === plain) return;
  yield plain;
  yield* simplerTexts(text);
}

function* simplerAnswers(step: ModelStep): Generator<ModelStep> {
  const { say, calls, refusal, fault } = step;
  if (fault || refusal !== undefined) yield { say: answerText };
  if (failsItsRun(step) && JSON.stringify(step) !== JSON.stringify(plainFailure)) yield plainFailure;
  for (const field of ['hallucinated', 'latencyMs', 'usage', 'finishReason', 'fault'] as const)
    if (step[field] !== undefined) yield without(step, field);
  if (calls) {
    for (const field of ['say', 'refusal'] as const)
      if (step[field] !== undefined) yield without(step, field);
    for (const fewer of withoutParts(calls)) if (fewer.length > 0) yield { ...step, calls: fewer };
    for (const [index, call] of calls.entries())
      for (const simpler of simplerCalls(call)) yield { ...step, calls: calls.with(index, simpler) };
  }
  if (fault) for (const simpler of simplerFaults(fault)) yield { ...step, fault: simpler };
  if (say !== undefined) for (const text of simplerSpeech(say, answerText)) yield { ...step, say: text };
  if (refusal !== undefined) for (const text of simplerTexts(refusal)) yield { ...step, refusal: text };
}

function* simplerCalls(call: ToolCallStep): Generator<ToolCallStep> {
  const { tool, args, rawArgs, hallucinated } = call;
  for (const field of ['id', 'hallucinated', 'args', 'rawArgs'] as const)
    if (call[field] !== undefined) yield without(call, field);
  if (args) {
    for (const simpler of simplerObjects(args))
      if (Object.keys(simpler).length > 0) yield { ...call, args: simpler };
  }
  if (rawArgs !== undefined) {
    const { rawArgs: _raw, ...rest } = call;
    const parsed = parsedObject(rawArgs);
    if (parsed) yield { ...rest, args: parsed, hallucinated: true };
    for (const text of simplerTexts(rawArgs)) yield { ...call, rawArgs: text };
  }
  if (hallucinated && tool !== unknownTool) yield { ...call, tool: unknownTool };
}

/** A name that no tool has. */
const unknownTool = 'unknown_tool';

function parsedObject(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isPlainObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function* simplerFaults(fault: Fault): Generator<Fault> {
  if (fault.kind === 'status') {
    for (const field of ['retryAfterMs', 'body'] as const)
      if (fault[field] !== undefined) yield without(fault, field);
  }
  if ('afterChunks' in fault)
    for (const afterChunks of simplerNumbers(fault.afterChunks)) yield { ...fault, afterChunks };
}

/**
 * Scripts in which one id of calls becomes "x". An id may matter, for example because two calls share it, but its
 * characters rarely matter.
 */
function* renamed(steps: readonly Step[]): Generator<Step[]> {
  const calls = steps.flatMap((step) =>
    typeof step === 'object' && !isUserStep(step) ? (step.calls ?? []) : [],
  );
  const ids = new Set(calls.flatMap(({ id }) => id ?? []));
  const plain = 'x';
  if (ids.has(plain)) return;
  for (const id of ids) yield withCalls(steps, (call) => (call.id === id ? { ...call, id: plain } : call));
}

function without<T extends object>(value: T, field: keyof T): T {
  const { [field]: _left, ...rest } = value;
  return rest as T;
}
