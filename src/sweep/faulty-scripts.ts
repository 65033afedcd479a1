import { chunkCount } from '../script/answers.ts';
import { faultKinds, type Fault } from '../script/faults.ts';
import { isUserStep } from '../script/step-kinds.ts';
import type { ModelStep, Step } from '../script/steps.ts';
import type { Trace } from '../trace/trace.ts';

/** A fault, and the request that it meets. */
export interface FaultyScript {
  /** Counts the requests of the script from 1. */
  readonly request: number;
  /** Of the script as it was given, from 1: the answer that comes when the app asks again. */
  readonly step: number;
  readonly fault: Fault;
  /** The script with the faulty answer before the one that was meant to come. */
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

/** Every fault of a kind that an answer of so many chunks can have. */
function faultsOf(kind: Fault['kind'], chunks: number): Fault[] {
  const cuts = Array.from({ length: chunks }, (_item, afterChunks) => afterChunks);
  switch (kind) {
    case 'status':
      // A client that asks again waits for half a second, unless it is told when to.
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

/** What a function would have answered is known only when it is called, which is for the answer that is meant to come. */
function damaged(step: Answer, fault: Fault): ModelStep {
  if (typeof step === 'function' || faultKinds[fault.kind].failsRequest) return { fault };
  if (!step.calls) return { ...step, fault };
  // As a model names them anew when it is asked again.
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

/** A step that only fails, or that is a function, has nothing to be cut. */
function chunksOf(step: Answer): number {
  if (typeof step === 'function' || (step.say ?? step.calls ?? step.refusal) === undefined) return 1;
  return chunkCount(step);
}
