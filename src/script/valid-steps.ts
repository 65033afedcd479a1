import { isPlainObject } from '../engine/values/copy.ts';
import { fact, sentence, type Sentence } from '../engine/values/error-facts.ts';
import { suggested } from '../engine/values/did-you-mean.ts';
import { unknownWords } from '../engine/values/known-fields.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { chunkCount } from './answers.ts';
import { ScriptMistakeError } from './script-errors.ts';
import { faultKinds, type Fault } from './faults.ts';
import { callTool, callTools, modelFails, refuse, say, user, type ModelStep, type Step } from './steps.ts';

const contentKeys = ['say', 'calls', 'refusal', 'fault'];
const modelKeys = [...contentKeys, 'latencyMs', 'usage', 'finishReason', 'hallucinated'];
const callKeys = ['tool', 'args', 'rawArgs', 'id', 'hallucinated'];
const usageKeys = ['prompt_tokens', 'completion_tokens', 'total_tokens'];

type Fail = (problem: string | Sentence) => never;

/** Returns a function that throws a ScriptMistakeError whose message begins with the place. */
function failAt(place: Sentence): Fail {
  return (problem) => {
    throw new ScriptMistakeError(sentence`${place} ${problem}`);
  };
}

/**
 * The place of a part of a step, such as `Call 1 of step 2 (steps[1])`. The place of the step is put in lower case,
 * because it no longer begins the sentence.
 */
function partOf(part: string, { text, facts }: Sentence): Sentence {
  return fact(facts, `${part} of ${text.charAt(0).toLowerCase()}${text.slice(1)}`);
}

/** The place of a step in its script, as the beginning of an error message. */
export function stepWords(index: number): Sentence {
  return fact({ step: index + 1 }, `Step ${index + 1} (steps[${index}])`);
}

declare const checked: unique symbol;

/** Steps that passed `assertValidSteps`. A function that takes this type does not check them again. */
export type CheckedSteps = readonly Step[] & { readonly [checked]: true };

/** Checks a whole script. Throws a ScriptMistakeError that names the step and what is wrong with it. */
export function assertValidSteps(steps: unknown): asserts steps is CheckedSteps {
  if (!Array.isArray(steps)) {
    const advice = isPlainObject(steps) || steps === undefined ? ' Write [user(…), say(…), …].' : '';
    throw new ScriptMistakeError(
      sentence`The ${{ field: 'steps' }} of ${{ where: 'a script' }} must be ${{ expected: 'a list' }}, not ${{ given: valueWords(steps) }}.${advice}`,
    );
  }
  for (const [index, step] of (steps as unknown[]).entries()) {
    const place = stepWords(index);
    if (typeof step === 'function') assertValidFunctionStep(place, step);
    else if (isPlainObject(step) && 'user' in step) assertValidUserStep(place, step);
    else assertValidModelStep(place, step, ['user']);
  }
}

/** Checks the step that a function step returned. */
export function assertValidReturnedStep(index: number, step: unknown): asserts step is ModelStep {
  const place = sentence`The return value of step ${{ step: index + 1 }} (steps[${index}])`;
  const fail = failAt(place);
  if (isPlainObject(step) && 'user' in step)
    fail('is a step of the user, but a function must return an answer of the model.');
  if (!isPlainObject(step)) {
    const advice = step === undefined ? ' Is a "return" missing?' : '';
    fail(
      sentence`must be ${{ expected: 'an answer of the model (say, callTool, …)' }}, but is ${{ given: valueWords(step) }}.${advice}`,
    );
  }
  assertValidModelStep(place, step);
}

const builders: readonly unknown[] = [user, say, callTool, callTools, refuse, modelFails];

function assertValidFunctionStep(place: Sentence, step: Function): void {
  if (builders.includes(step))
    failAt(place)(sentence`is ${{ given: `the function ${step.name}` }} itself. Call it: ${step.name}(…).`);
}

/**
 * Checks one answer; `place` begins the error message. `others` are fields of other steps that are valid in its place.
 */
function assertValidModelStep(
  place: Sentence,
  step: unknown,
  others: readonly string[] = [],
): asserts step is ModelStep {
  const fail = failAt(place);
  if (Array.isArray(step)) fail(sentence`is ${{ given: 'a list' }}. Spread it into the steps: ...steps.`);
  if (!isPlainObject(step))
    return fail(
      sentence`must be ${{ expected: 'a step (user, say, callTool, …)' }}, but is ${{ given: valueWords(step) }}.`,
    );
  if ('tool' in step)
    fail(
      sentence`is ${{ given: 'a call' }}, not ${{ expected: 'a step' }}. Use callTool(${JSON.stringify(step['tool'])}, …), or put it into "calls".`,
    );
  if ('role' in step)
    fail(
      sentence`is ${{ given: 'a message' }}. Write user(…) or say(…). Earlier messages belong in "messages".`,
    );
  assertValidKeys(step, [...others, ...modelKeys], fail);
  const { say: text, calls, refusal, fault, latencyMs, usage, finishReason, hallucinated } = step;
  if (text === undefined && calls === undefined && refusal === undefined && fault === undefined) {
    const field = contentKeys.find((key) => key in step);
    fail(
      field === undefined
        ? `is empty. Give it one of ${[...others, 'say', 'calls', 'refusal'].join(', ')} or fault.`
        : sentence`has a "${{ field }}" that must have ${{ expected: 'a value' }}, but is ${{ given: 'undefined' }}.`,
    );
  }
  if (text !== undefined) assertValidText('say', text, fail);
  if (refusal !== undefined) assertValidText('refusal', refusal, fail);
  if (finishReason !== undefined) assertValidText('finishReason', finishReason, fail);
  assertValidMark(hallucinated, fail);
  if (latencyMs !== undefined && !isCount(latencyMs, Number.isFinite))
    fail(
      sentence`has a "${{ field: 'latencyMs' }}" that must be ${{ expected: 'a number from 0' }}, but is ${{ given: valueWords(latencyMs) }}.`,
    );
  if (usage !== undefined) {
    if (!isPlainObject(usage) || usageKeys.some((key) => !isCount(usage[key], Number.isInteger)))
      fail(
        sentence`has a "${{ field: 'usage' }}" that must hold ${{ expected: 'whole numbers' }}: ${{ known: usageKeys }}.`,
      );
  }
  if (calls !== undefined) {
    if (!Array.isArray(calls) || calls.length === 0)
      fail(
        sentence`has "${{ field: 'calls' }}" that must be ${{ expected: 'a list of at least one call' }}.`,
      );
    for (const [index, call] of (calls as unknown[]).entries()) {
      const callPlace = partOf(`Call ${index + 1}`, place);
      assertValidCall(call, failAt(fact({ ...callPlace.facts, call: index + 1 }, callPlace.text)));
    }
  }
  if (fault !== undefined) assertValidFault(step, fault, place);
}

function assertValidText(name: string, text: unknown, fail: Fail): void {
  if (typeof text !== 'string')
    fail(
      sentence`has a "${{ field: name }}" that must be ${{ expected: 'a string' }}, but is ${{ given: valueWords(text) }}.`,
    );
}

function assertValidUserStep(place: Sentence, step: Record<string, unknown>): void {
  const fail = failAt(place);
  assertValidText('user', step['user'], fail);
  const others = Object.keys(step).filter((key) => key !== 'user');
  if (others.length > 0)
    fail(
      sentence`has "user" beside ${fact({ field: others[0]! }, others.map((key) => `"${key}"`).join(', '))}. Make two steps: one for the user, and one for the model.`,
    );
}

function assertValidCall(call: unknown, fail: Fail): void {
  if (!isPlainObject(call))
    return fail(sentence`must be ${{ expected: 'an object' }}, but is ${{ given: valueWords(call) }}.`);
  if ('calls' in call) fail('is a step of its own. Use callTools([callTool(…), …]).');
  assertValidKeys(call, callKeys, fail);
  const { tool, args, rawArgs, id, hallucinated } = call;
  if (typeof tool !== 'string')
    fail(
      sentence`has no ${{ expected: 'tool name' }}: "${{ field: 'tool' }}" is ${{ given: valueWords(tool) }}.`,
    );
  if (args !== undefined && rawArgs !== undefined)
    fail(sentence`has both "args" and "${{ field: 'rawArgs' }}". Choose one.`);
  if (Array.isArray(args))
    fail(
      sentence`has "${{ field: 'args' }}" that must be ${{ expected: 'an object' }}, not ${{ given: valueWords(args) }}. Pass arguments by name: { name: value }.`,
    );
  if (args !== undefined && !isPlainObject(args))
    fail(
      sentence`has "${{ field: 'args' }}" that must be ${{ expected: 'an object' }}, not ${{ given: valueWords(args) }}. To send malformed arguments, use rawArgs.`,
    );
  if (args !== undefined && !isJson(args))
    fail(
      sentence`has "${{ field: 'args' }}" that are not ${{ expected: 'JSON' }} (they contain a function, a bigint, NaN, a Map, or an object that contains itself).`,
    );
  if (rawArgs !== undefined && typeof rawArgs !== 'string')
    fail(
      sentence`has "${{ field: 'rawArgs' }}" that must be ${{ expected: 'a string' }}, not ${{ given: valueWords(rawArgs) }}.`,
    );
  if (id !== undefined && (typeof id !== 'string' || id === ''))
    fail(
      sentence`has an "${{ field: 'id' }}" that must be ${{ expected: 'a non-empty string' }}, but is ${{ given: valueWords(id) }}.`,
    );
  assertValidMark(hallucinated, fail);
}

function assertValidMark(hallucinated: unknown, fail: Fail): void {
  if (hallucinated !== undefined && typeof hallucinated !== 'boolean')
    fail(
      sentence`has a "${{ field: 'hallucinated' }}" that must be ${{ expected: 'true or false' }}, but is ${{ given: valueWords(hallucinated) }}.`,
    );
}

function assertValidFault(step: ModelStep, fault: unknown, place: Sentence): void {
  const fail = failAt(place);
  if (isPlainObject(fault) && typeof fault['kind'] !== 'string') {
    return fail(
      sentence`has a "${{ field: 'fault' }}" without a ${{ expected: 'kind' }}. Kinds: ${{ known: Object.keys(faultKinds) }}.`,
    );
  }
  if (!isPlainObject(fault) || typeof fault['kind'] !== 'string')
    return fail(
      sentence`has a "${{ field: 'fault' }}" that must be ${{ expected: 'an object with a kind' }}, but is ${{ given: valueWords(fault) }}.${faultAdvice(fault)}`,
    );
  const { kind } = fault;
  if (!Object.hasOwn(faultKinds, kind))
    return fail(
      sentence`has a fault of unknown ${{ field: 'kind' }} "${{ given: kind }}".${suggested(kind, Object.keys(faultKinds))} Kinds: ${{ known: Object.keys(faultKinds) }}.`,
    );
  const { fields, failsRequest } = faultKinds[kind as Fault['kind']];
  assertValidKeys(fault, ['kind', ...fields], failAt(partOf('The fault', place)));
  if (failsRequest && (step.say ?? step.calls ?? step.refusal) !== undefined) {
    fail(
      sentence`has content beside the ${{ field: 'fault' }} "${{ given: kind }}", but with this fault no answer arrives. Make two steps: one with the fault, and one with the content.`,
    );
  }
  if (
    kind === 'status' &&
    !(Number.isInteger(fault['status']) && Number(fault['status']) >= 400 && Number(fault['status']) <= 599)
  ) {
    fail(
      sentence`has a fault whose "${{ field: 'status' }}" must be ${{ expected: 'an HTTP error, 400 to 599' }}, but is ${{ given: valueWords(fault['status']) }}.`,
    );
  }
  if (fault['retryAfterMs'] !== undefined && !isCount(fault['retryAfterMs'], Number.isFinite)) {
    fail(
      sentence`has a fault whose "${{ field: 'retryAfterMs' }}" must be ${{ expected: 'a number from 0' }}, but is ${{ given: valueWords(fault['retryAfterMs']) }}.`,
    );
  }
  if (kind === 'cut' && fault['by'] !== 'error' && fault['by'] !== 'end') {
    fail(
      sentence`has a fault whose "${{ field: 'by' }}" must be ${{ expected: '"error" or "end"' }}, but is ${{ given: valueWords(fault['by']) }}.`,
    );
  }
  if (fields.includes('afterChunks')) {
    // The last chunk has the finish reason; a cut after it would remove nothing.
    const most = chunkCount(step) - 1;
    if (!isCount(fault['afterChunks'], Number.isInteger) || Number(fault['afterChunks']) > most) {
      fail(
        sentence`has a fault whose "${{ field: 'afterChunks' }}" must be ${{ expected: `a whole number from 0 to ${most}` }}, because its answer has ${most + 1} chunks, but is ${{ given: valueWords(fault['afterChunks']) }}.`,
      );
    }
  }
}

/** A hint for a fault given as a status, or as its kind only. */
function faultAdvice(fault: unknown): string {
  if (typeof fault === 'number') return ` Write modelFails({ kind: "status", status: ${fault} }).`;
  if (typeof fault === 'string' && Object.hasOwn(faultKinds, fault))
    return ` Write modelFails({ kind: "${fault}"${faultKinds[fault as Fault['kind']].fields.length > 0 ? ', …' : ''} }).`;
  return ` Kinds: ${Object.keys(faultKinds).join(', ')}.`;
}

function assertValidKeys(value: Record<string, unknown>, known: readonly string[], fail: Fail): void {
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) fail(sentence`has an unknown ${unknownWords('field', key, known)}`);
  }
}

function isCount(value: unknown, test: (value: unknown) => boolean): boolean {
  return test(value) && Number(value) >= 0;
}

/**
 * Whether JSON keeps a value: it contains no function, symbol, bigint or NaN, no instance that JSON would write as {}
 * (such as a Map), and no cycle.
 */
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
