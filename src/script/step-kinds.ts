import { cutReasons } from '../engine/model/completion.ts';
import type { ModelStep, Step, ToolCallStep, UserStep } from './steps.ts';

/** Whether a step is the user's. */
export function isUserStep(step: Step | undefined): step is UserStep {
  return typeof step === 'object' && 'user' in step;
}

/** Whether an answer makes its run fail: it has a fault, or its calls may be incomplete by its finish reason. */
export function failsItsRun({ calls = [], fault, finishReason = '' }: ModelStep): boolean {
  return fault !== undefined || (calls.length > 0 && cutReasons.has(finishReason));
}

/**
 * The steps with `change` applied to each call. A step without calls, and a step given as a function, stay the same
 * object.
 */
export function withCalls(steps: readonly Step[], change: (call: ToolCallStep) => ToolCallStep): Step[] {
  return steps.map((step) =>
    typeof step === 'function' || isUserStep(step) || !step.calls
      ? step
      : { ...step, calls: step.calls.map(change) },
  );
}
