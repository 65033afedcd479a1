import { argumentsText } from './answers.ts';
import type { ModelStep, Step, StepOptions, ToolCallStep } from './steps.ts';

/**
 * Steps as the source code of a list, one line each: `user('hi'),`. A function has no source code, so it becomes a
 * comment.
 */
export function stepsSource(steps: readonly Step[], indent = ''): string {
  return steps.map((step) => `${indent}${stepSource(step)},`).join('\n');
}

/** The names of the functions that `stepsSource` calls, for an import. */
export function buildersIn(steps: readonly Step[]): string[] {
  const names = steps.flatMap((step) => stepSource(step).match(/^\w+(?=\()|\bcallTool(?=\()/g) ?? []);
  return [...new Set(names)].toSorted();
}

function stepSource(step: Step): string {
  if (typeof step === 'function') return '/* a function of the request */';
  if ('user' in step) return `user(${valueSource(step.user)})`;
  const { say, calls, refusal, fault, latencyMs, usage, finishReason, hallucinated } = step;
  // Without the field if it is undefined, so that it does not hide the mark of a call.
  const options = {
    latencyMs,
    usage,
    finishReason,
    fault,
    ...(hallucinated !== undefined && { hallucinated }),
  };
  // `callTool` would mark the call, not the step.
  const isMarkedCall = hallucinated !== undefined && calls?.length === 1;
  if (calls && refusal === undefined && !isMarkedCall) return callsSource(calls, { say, ...options });
  if (say !== undefined && !calls && refusal === undefined) return called('say', [say], options);
  if (refusal !== undefined && !calls && say === undefined) return called('refuse', [refusal], options);
  if (
    fault &&
    say === undefined &&
    !calls &&
    refusal === undefined &&
    !usage &&
    finishReason === undefined &&
    hallucinated === undefined
  )
    return called('modelFails', [fault], { latencyMs });
  // No builder makes this combination of fields.
  return valueSource(step);
}

type CallOptions = StepOptions & Pick<ModelStep, 'say'>;

function callsSource(
  calls: readonly ToolCallStep[],
  options: { [Key in keyof CallOptions]: CallOptions[Key] | undefined },
): string {
  const [first] = calls;
  if (calls.length === 1) return callSource(first!, options);
  return called('callTools', [], options, `[${calls.map((call) => callSource(call, {})).join(', ')}]`);
}

function callSource(call: ToolCallStep, options: object): string {
  const { tool, args, rawArgs, id, hallucinated } = call;
  const given = rawArgs === undefined ? (args && argumentsText(call) !== '{}' ? [args] : []) : [rawArgs];
  const rest = { id, hallucinated, ...options };
  const hasRest = Object.values(rest).some((value) => value !== undefined);
  return called('callTool', [tool, ...(given.length === 0 && hasRest ? [{}] : given)], rest);
}

function called(name: string, args: readonly unknown[], options: object, first?: string): string {
  const shown = Object.values(options).some((value) => value !== undefined) ? [...args, options] : args;
  return `${name}(${[...(first === undefined ? [] : [first]), ...shown.map(valueSource)].join(', ')})`;
}

/** A JSON value as people write it in a module. Undefined fields are left out. */
export function valueSource(value: unknown): string {
  if (typeof value === 'string') return textSource(value);
  if (Array.isArray(value)) return `[${value.map(valueSource).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  const fields = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${keySource(key)}: ${valueSource(item)}`);
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/**
 * A key as source code. `__proto__` becomes a computed key, because `__proto__: …` in an object literal would set the
 * prototype.
 */
export function keySource(key: string): string {
  if (key === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : textSource(key);
}

/** A string in single quotes, or in double quotes if it contains a single one. */
function textSource(text: string): string {
  // U+2028 and U+2029 end a line of source code too.
  const json = JSON.stringify(text)
    .replaceAll('\u2028', String.raw`\u2028`)
    .replaceAll('\u2029', String.raw`\u2029`);
  return text.includes("'") ? json : `'${json.slice(1, -1).replaceAll(String.raw`\"`, '"')}'`;
}
