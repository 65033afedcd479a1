import type { Step, ToolCallStep, UserStep } from './steps.ts';

/** Whether the user speaks in a step. */
export function isUserStep(step: Step | undefined): step is UserStep {
  return typeof step === 'object' && 'user' in step;
}

/** The steps with each of their calls changed; what has none, or is a function, is the very same. */
export function withCalls(steps: readonly Step[], change: (call: ToolCallStep) => ToolCallStep): Step[] {
  return steps.map((step) =>
    typeof step === 'function' || isUserStep(step) || !step.calls
      ? step
      : { ...step, calls: step.calls.map(change) },
  );
}
