import { chunkCount } from '../script/answers.ts';
import { faultKinds, type Fault } from '../script/faults.ts';
import { isUserStep } from '../script/step-kinds.ts';
import type { ModelStep, Step } from '../script/steps.ts';
import type { Trace } from '../trace/trace.ts';

/** A script with one fault, and the request that meets it. */
export interface FaultyScript {
  /** Which request of the script; counts from 1. */
  readonly request: number;
  /** The step of the original script that answers if the app retries; counts from 1. */
  readonly step: number;
  readonly fault: Fault;
  /** The script with the faulty answer inserted before the original one. */
  readonly steps: readonly Step[];
}

/** One script for each fault of these kinds at each request. */
export function faultyScripts(
  steps: readonly Step[],
  kinds: readonly Fault['kind'][],
  cutsMatter: boolean,
): FaultyScript[] {
  const answers = steps.flatMap((step, index) => (isAnswer(step) ? [{ step, index }] : []));
  return answers.flatMap(({ step, index }, place) =>
    kinds
      .flatMap((kind) => faultsOf(kind, cutsMatter ? chunksOf(step) : 1))
      .map((fault) => ({
        request: place + 1,
        step: index + 1,
        fault,
        steps: [...steps.slice(0, index), damaged(step, fault), ...steps.slice(index)],
      })),
  );
}

/** Every fault of a kind for an answer of this many chunks. */
function faultsOf(kind: Fault['kind'], chunks: number): Fault[] {
  const cuts = Array.from({ length: chunks }, (_item, afterChunks) => afterChunks);
  switch (kind) {
    case 'status':
      // Without `retryAfterMs`, a client that retries waits for half a second.
      return [
        { kind, status: 429, retryAfterMs: 1 },
        { kind, status: 500, retryAfterMs: 1 },
        { kind, status: 400 },
        { kind, status: 401 },
      ];
    case 'cut':
      return (['error', 'end'] as const).flatMap((by) =>
        cuts.map((afterChunks): Fault => ({ kind, afterChunks, by })),
      );
    case 'bad-frame':
      return cuts.map((afterChunks) => ({ kind, afterChunks }));
    default:
      return [{ kind }];
  }
}

/**
 * Makes the faulty answer. A step given as a function is called only when the app retries, so its content is unknown
 * here.
 */
function damaged(step: Answer, fault: Fault): ModelStep {
  if (typeof step === 'function' || faultKinds[fault.kind].failsRequest) return { fault };
  if (!step.calls) return { ...step, fault };
  // The calls get new ids, as if the model had been asked again.
  const calls = step.calls.map((call, index) => ({ ...call, id: `${damagedId}${index + 1}` }));
  return { ...step, calls, fault };
}

const damagedId = 'call_damaged_';

/** Whether a tool was run for a call of a damaged answer. */
export function actedOnDamage({ requests }: Trace): boolean {
  return requests.some(({ request }) =>
    request.messages.some((message) => message.role === 'tool' && message.tool_call_id.startsWith(damagedId)),
  );
}

type Answer = Exclude<Step, { user: string }>;

function isAnswer(step: Step): step is Answer {
  return !isUserStep(step);
}

/**
 * The number of positions at which the answer can be cut. It is 1 for a step given as a function, and for a step that
 * has only a fault.
 */
function chunksOf(step: Answer): number {
  if (typeof step === 'function' || (step.say ?? step.calls ?? step.refusal) === undefined) return 1;
  return chunkCount(step);
}
