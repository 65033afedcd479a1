import { isPlainObject } from '../engine/data/copy.ts';
import { didYouMean } from '../engine/data/did-you-mean.ts';
import { valueWords } from '../engine/data/value-words.ts';
import { chunkCount } from './answers.ts';
import { ScriptMistakeError } from './errors.ts';
import { faultKinds, type Fault } from './faults.ts';
import type { ModelStep, Step } from './steps.ts';

const modelKeys = ['say', 'calls', 'refusal', 'fault', 'latencyMs', 'usage', 'finishReason'];
const callKeys = ['tool', 'args', 'rawArgs', 'id', 'hallucinated'];
const usageKeys = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

/** Checks a whole script. Throws a ScriptMistakeError that names the step and what is wrong with it. */
export function checkSteps(steps: unknown): asserts steps is readonly Step[] {
  if (!Array.isArray(steps))
    throw new ScriptMistakeError(`The steps of a script must be a list, but are ${valueWords(steps)}.`);
  for (const [index, step] of steps.entries()) {
    const place = `Step ${index + 1} (steps[${index}])`;
    if (typeof step === 'function') continue;
    if (isPlainObject(step) && 'user' in step) checkUserStep(place, step);
    else checkModelStep(place, step);
  }
}

/** Checks one answer, `place` being the start of the sentence that says what is wrong with it. */
export function checkModelStep(place: string, step: unknown): asserts step is ModelStep {
  const fail = (problem: string): never => {
    throw new ScriptMistakeError(`${place} ${problem}`);
  };
  if (Array.isArray(step)) fail('is a list. Spread it into the steps: ...steps.');
  if (!isPlainObject(step))
    return fail(`must be a step (user, say, callTool, …), but is ${valueWords(step)}.`);
  if ('tool' in step)
    fail(`is a call, not a step. Use callTool(${JSON.stringify(step['tool'])}, …), or put it into "calls".`);
  checkKeys(step, modelKeys, fail);
  const { say, calls, refusal, fault, latencyMs, usage, finishReason } = step;
  if (say === undefined && calls === undefined && refusal === undefined && fault === undefined) {
    fail('is empty. Give it one of say, calls, refusal or fault.');
  }
  if (say !== undefined) checkText('say', say, fail);
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
      checkCall(call, (problem) => fail(`has a call ${index + 1} that ${problem}`));
    }
  }
  if (fault !== undefined) checkFault(step, fault, fail);
}

function checkText(name: string, text: unknown, fail: (problem: string) => never): void {
  if (typeof text !== 'string') fail(`has a "${name}" that must be a string, but is ${valueWords(text)}.`);
}

function checkUserStep(place: string, step: Record<string, unknown>): void {
  if (typeof step['user'] !== 'string')
    throw new ScriptMistakeError(
      `${place} has a "user" that must be a string, but is ${valueWords(step['user'])}.`,
    );
  const others = Object.keys(step).filter((key) => key !== 'user');
  if (others.length > 0)
    throw new ScriptMistakeError(
      `${place} has "user" beside ${others.map((key) => `"${key}"`).join(', ')}. What the user says and what the model answers are two steps.`,
    );
}

function checkCall(call: unknown, fail: (problem: string) => never): void {
  if (!isPlainObject(call)) return fail(`must be an object, but is ${valueWords(call)}.`);
  if ('calls' in call) fail('is a step of its own. Use callTools([callTool(…), …]).');
  checkKeys(call, callKeys, fail);
  const { tool, args, rawArgs, id, hallucinated } = call;
  if (typeof tool !== 'string') fail(`has no tool name: "tool" is ${valueWords(tool)}.`);
  if (args !== undefined && rawArgs !== undefined) fail('has both "args" and "rawArgs". Choose one.');
  if (args !== undefined && !isPlainObject(args))
    fail(
      `has "args" that must be an object, but are ${valueWords(args)}. For arguments that are none, use rawArgs.`,
    );
  if (args !== undefined && !isJson(args))
    fail('has "args" that are no JSON (a function, a bigint, NaN, a Map, or an object that holds itself).');
  if (rawArgs !== undefined && typeof rawArgs !== 'string')
    fail(`has "rawArgs" that must be a string, but are ${valueWords(rawArgs)}.`);
  if (id !== undefined && (typeof id !== 'string' || id === ''))
    fail(`has an "id" that must be a string with something in it, but is ${valueWords(id)}.`);
  if (hallucinated !== undefined && typeof hallucinated !== 'boolean')
    fail(`has a "hallucinated" that must be true or false, but is ${valueWords(hallucinated)}.`);
}

function checkFault(step: ModelStep, fault: unknown, fail: (problem: string) => never): void {
  if (isPlainObject(fault) && typeof fault['kind'] !== 'string') {
    return fail(`has a "fault" without a kind. Kinds: ${Object.keys(faultKinds).join(', ')}.`);
  }
  if (!isPlainObject(fault) || typeof fault['kind'] !== 'string')
    return fail(`has a "fault" that must be an object with a kind, but is ${valueWords(fault)}.`);
  const { kind } = fault;
  if (!Object.hasOwn(faultKinds, kind))
    return fail(
      `has a fault of unknown kind "${kind}".${didYouMean(kind, Object.keys(faultKinds))} Kinds: ${Object.keys(faultKinds).join(', ')}.`,
    );
  const { fields, failsRequest } = faultKinds[kind as Fault['kind']];
  checkKeys(fault, ['kind', ...fields], (problem) => fail(`has a fault that ${problem}`));
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

function checkKeys(
  value: Record<string, unknown>,
  known: readonly string[],
  fail: (problem: string) => never,
): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key))
      fail(`has an unknown field "${key}".${didYouMean(key, known)} Fields: ${known.join(', ')}.`);
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
