import { isPlainObject } from '../engine/data/copy.ts';
import { didYouMean } from '../engine/data/did-you-mean.ts';
import { unknownWords } from '../engine/data/known-fields.ts';
import { valueWords } from '../engine/data/value-words.ts';
import { chunkCount } from './answers.ts';
import { ScriptMistakeError } from './errors.ts';
import { faultKinds, type Fault } from './faults.ts';
import { callTool, callTools, modelFails, refuse, say, user, type ModelStep, type Step } from './steps.ts';

const modelKeys = ['say', 'calls', 'refusal', 'fault', 'latencyMs', 'usage', 'finishReason'];
const callKeys = ['tool', 'args', 'rawArgs', 'id', 'hallucinated'];
const usageKeys = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

type Fail = (problem: string) => never;

/** Throws with sentences that begin with the place. */
function failAt(place: string): Fail {
  return (problem) => {
    throw new ScriptMistakeError(`${place} ${problem}`);
  };
}

/** A part of a place, which is then no longer the first word: `Call 1 of step 2 (steps[1])`. */
function partOf(part: string, place: string): string {
  return `${part} of ${place.charAt(0).toLowerCase()}${place.slice(1)}`;
}

/** Where a step stands in its script: the start of the sentence that says what is wrong with it. */
export function placeOf(index: number): string {
  return `Step ${index + 1} (steps[${index}])`;
}

declare const checked: unique symbol;

/** Steps that `checkSteps` let pass. Who takes them does not check them again. */
export type CheckedSteps = readonly Step[] & { readonly [checked]: true };

/** Checks a whole script. Throws a ScriptMistakeError that names the step and what is wrong with it. */
export function checkSteps(steps: unknown): asserts steps is CheckedSteps {
  if (!Array.isArray(steps)) {
    const advice = isPlainObject(steps) ? ' Write [user(…), say(…), …].' : '';
    throw new ScriptMistakeError(`The steps of a script must be a list, not ${valueWords(steps)}.${advice}`);
  }
  for (const [index, step] of (steps as unknown[]).entries()) {
    const place = placeOf(index);
    if (typeof step === 'function') checkFunctionStep(place, step);
    else if (isPlainObject(step) && 'user' in step) checkUserStep(place, step);
    else checkModelStep(place, step);
  }
}

/** Checks what a function that is a step returned. */
export function checkReturnedStep(index: number, step: unknown): asserts step is ModelStep {
  const place = `What step ${index + 1} (steps[${index}]) returned`;
  const fail = failAt(place);
  if (isPlainObject(step) && 'user' in step)
    fail('is what the user says, but a function gives what the model answers.');
  if (!isPlainObject(step)) {
    const advice = step === undefined ? ' Is a "return" missing?' : '';
    fail(`must be what the model answers (say, callTool, …), but is ${valueWords(step)}.${advice}`);
  }
  checkModelStep(place, step);
}

const builders: readonly unknown[] = [user, say, callTool, callTools, refuse, modelFails];

function checkFunctionStep(place: string, step: Function): void {
  if (builders.includes(step))
    failAt(place)(`is the function ${step.name} itself. Call it: ${step.name}(…).`);
}

/** Checks one answer, `place` being the start of the sentence that says what is wrong with it. */
function checkModelStep(place: string, step: unknown): asserts step is ModelStep {
  const fail = failAt(place);
  if (Array.isArray(step)) fail('is a list. Spread it into the steps: ...steps.');
  if (!isPlainObject(step))
    return fail(`must be a step (user, say, callTool, …), but is ${valueWords(step)}.`);
  if ('tool' in step)
    fail(`is a call, not a step. Use callTool(${JSON.stringify(step['tool'])}, …), or put it into "calls".`);
  if ('role' in step)
    fail('is a message. Write user(…) or say(…); what was said before belongs to "messages".');
  checkKeys(step, modelKeys, fail);
  const { say: text, calls, refusal, fault, latencyMs, usage, finishReason } = step;
  if (text === undefined && calls === undefined && refusal === undefined && fault === undefined) {
    fail('is empty. Give it one of say, calls, refusal or fault.');
  }
  if (text !== undefined) checkText('say', text, fail);
  if (refusal !== undefined) checkText('refusal', refusal, fail);
  if (finishReason !== undefined) checkText('finishReason', finishReason, fail);
  if (latencyMs !== undefined && !isCount(latencyMs, Number.isFinite))
    fail(`has a "latencyMs" that must be a number from 0, but is ${valueWords(latencyMs)}.`);
  if (usage !== undefined) {
    if (!isPlainObject(usage) || usageKeys.some((key) => !isCount(usage[key], Number.isInteger)))
      fail(`has a "usage" that must hold whole numbers: ${usageKeys.join(', ')}.`);
  }
  if (calls !== undefined) {
    if (!Array.isArray(calls) || calls.length === 0)
      fail('has "calls" that must be a list of at least one call.');
    for (const [index, call] of (calls as unknown[]).entries()) {
      checkCall(call, failAt(partOf(`Call ${index + 1}`, place)));
    }
  }
  if (fault !== undefined) checkFault(step, fault, place);
}

function checkText(name: string, text: unknown, fail: Fail): void {
  if (typeof text !== 'string') fail(`has a "${name}" that must be a string, but is ${valueWords(text)}.`);
}

function checkUserStep(place: string, step: Record<string, unknown>): void {
  const fail = failAt(place);
  checkText('user', step['user'], fail);
  const others = Object.keys(step).filter((key) => key !== 'user');
  if (others.length > 0)
    fail(
      `has "user" beside ${others.map((key) => `"${key}"`).join(', ')}. What the user says and what the model answers are two steps.`,
    );
}

function checkCall(call: unknown, fail: Fail): void {
  if (!isPlainObject(call)) return fail(`must be an object, but is ${valueWords(call)}.`);
  if ('calls' in call) fail('is a step of its own. Use callTools([callTool(…), …]).');
  checkKeys(call, callKeys, fail);
  const { tool, args, rawArgs, id, hallucinated } = call;
  if (typeof tool !== 'string') fail(`has no tool name: "tool" is ${valueWords(tool)}.`);
  if (args !== undefined && rawArgs !== undefined) fail('has both "args" and "rawArgs". Choose one.');
  if (Array.isArray(args))
    fail(
      `has "args" that must be an object, not ${valueWords(args)}. Arguments go by name: { name: value }.`,
    );
  if (args !== undefined && !isPlainObject(args))
    fail(
      `has "args" that must be an object, not ${valueWords(args)}. For arguments that are none, use rawArgs.`,
    );
  if (args !== undefined && !isJson(args))
    fail('has "args" that are no JSON (a function, a bigint, NaN, a Map, or an object that holds itself).');
  if (rawArgs !== undefined && typeof rawArgs !== 'string')
    fail(`has "rawArgs" that must be a string, not ${valueWords(rawArgs)}.`);
  if (id !== undefined && (typeof id !== 'string' || id === ''))
    fail(`has an "id" that must be a string with something in it, but is ${valueWords(id)}.`);
  if (hallucinated !== undefined && typeof hallucinated !== 'boolean')
    fail(`has a "hallucinated" that must be true or false, but is ${valueWords(hallucinated)}.`);
}

function checkFault(step: ModelStep, fault: unknown, place: string): void {
  const fail = failAt(place);
  if (isPlainObject(fault) && typeof fault['kind'] !== 'string') {
    return fail(`has a "fault" without a kind. Kinds: ${Object.keys(faultKinds).join(', ')}.`);
  }
  if (!isPlainObject(fault) || typeof fault['kind'] !== 'string')
    return fail(
      `has a "fault" that must be an object with a kind, but is ${valueWords(fault)}.${faultAdvice(fault)}`,
    );
  const { kind } = fault;
  if (!Object.hasOwn(faultKinds, kind))
    return fail(
      `has a fault of unknown kind "${kind}".${didYouMean(kind, Object.keys(faultKinds))} Kinds: ${Object.keys(faultKinds).join(', ')}.`,
    );
  const { fields, failsRequest } = faultKinds[kind as Fault['kind']];
  checkKeys(fault, ['kind', ...fields], failAt(partOf('The fault', place)));
  if (failsRequest && (step.say ?? step.calls ?? step.refusal) !== undefined) {
    fail(`has content beside the fault "${kind}", with which no answer comes. Make two steps of it.`);
  }
  if (
    kind === 'status' &&
    !(Number.isInteger(fault['status']) && Number(fault['status']) >= 400 && Number(fault['status']) <= 599)
  ) {
    fail(
      `has a fault whose "status" must be an HTTP error, 400 to 599, but is ${valueWords(fault['status'])}.`,
    );
  }
  if (fault['retryAfterMs'] !== undefined && !isCount(fault['retryAfterMs'], Number.isFinite)) {
    fail(
      `has a fault whose "retryAfterMs" must be a number from 0, but is ${valueWords(fault['retryAfterMs'])}.`,
    );
  }
  if (kind === 'cut' && fault['by'] !== 'error' && fault['by'] !== 'end') {
    fail(`has a fault whose "by" must be "error" or "end", but is ${valueWords(fault['by'])}.`);
  }
  if (fields.includes('afterChunks')) {
    // The last chunk brings the finish reason: after it nothing is cut off.
    const most = chunkCount(step) - 1;
    if (!isCount(fault['afterChunks'], Number.isInteger) || Number(fault['afterChunks']) > most) {
      fail(
        `has a fault whose "afterChunks" must be a whole number from 0 to ${most}, because its answer has ${most + 1} chunks, but is ${valueWords(fault['afterChunks'])}.`,
      );
    }
  }
}

/** A status, or the kind alone, is what comes to mind. */
function faultAdvice(fault: unknown): string {
  if (typeof fault === 'number') return ` Write modelFails({ kind: "status", status: ${fault} }).`;
  if (typeof fault === 'string' && Object.hasOwn(faultKinds, fault))
    return ` Write modelFails({ kind: "${fault}"${faultKinds[fault as Fault['kind']].fields.length > 0 ? ', …' : ''} }).`;
  return ` Kinds: ${Object.keys(faultKinds).join(', ')}.`;
}

function checkKeys(value: Record<string, unknown>, known: readonly string[], fail: Fail): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) fail(`has an unknown ${unknownWords('field', key, known)}`);
  }
}

function isCount(value: unknown, test: (value: unknown) => boolean): boolean {
  return test(value) && Number(value) >= 0;
}

/** Whether a value survives as JSON: no function, symbol, bigint, NaN, or object that JSON would empty, and nothing that holds itself. */
function isJson(value: unknown, inside?: readonly unknown[]): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) {
    return typeof value !== 'function' && typeof value !== 'symbol' && typeof value !== 'bigint';
  }
  if (!Array.isArray(value) && !isPlainObject(value)) return 'toJSON' in value;
  if (inside?.includes(value)) return false;
  let within: readonly unknown[] | undefined;
  const parts = value as Record<string, unknown>;
  for (const key in parts) {
    const item = parts[key];
    if (typeof item === 'object') within ??= [...(inside ?? []), value];
    if (!isJson(item, within)) return false;
  }
  return true;
}
