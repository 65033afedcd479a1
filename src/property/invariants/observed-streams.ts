import { firstMismatch, show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Observation, SeenCall, SeenHook, SeenRequest, SeenRun } from '../observed/observation.ts';

/** The first problem in any run that was seen. */
function firstInSeen(
  { runs }: Observation,
  problem: (run: SeenRun) => string | undefined,
): string | undefined {
  for (const [index, run] of runs.entries()) {
    const found = problem(run);
    if (found !== undefined) return `run ${index + 1}: ${found}`;
  }
  return undefined;
}

/** The reader of a stream gets each piece before the provider sends the next one. */
export function readersSeeTheStream(_run: ScenarioRun, observation: Observation): string | undefined {
  return firstInSeen(observation, ({ moments }) => {
    let due: { delta: object; of: SeenRequest } | undefined;
    for (const moment of moments) {
      if (moment.what === 'abort') return undefined;
      if (moment.what === 'piece') {
        if (!due) return `the reader got ${show(moment.delta)}, which the provider did not send at that time`;
        const problem = wrongPiece(due.delta, due.of, moment.delta);
        if (problem !== undefined) return problem;
        due = undefined;
      } else if (moment.what === 'chunk' || (moment.what === 'end' && moment.of.kind === 'request')) {
        if (due) return `the provider sent ${show(due.delta)}, but the reader did not get it`;
        if (moment.what === 'chunk' && moment.delta) due = { delta: moment.delta, of: moment.of };
      }
    }
    return undefined;
  });
}

function wrongPiece(delta: object, { agent }: SeenRequest, piece: object): string | undefined {
  const isFirst = 'role' in delta && delta.role === 'assistant';
  const found = firstMismatch(isFirst ? { ...delta, sender: agent.name } : delta, piece, false);
  return (
    found &&
    `${found.path} of a piece of the answer of ${show(agent.name)} should be ${show(found.expected)}, but the reader got ${show(found.actual)}`
  );
}

export function streamsAreClosed(_run: ScenarioRun, observation: Observation): string | undefined {
  return firstInSeen(observation, ({ requests }) => {
    const open = requests.findIndex(({ isStreamed, end }) => isStreamed && end === undefined);
    return open === -1
      ? undefined
      : `the run is over, but the stream of request ${open + 1} was neither read to its end nor closed`;
  });
}

export function abortsStopEverything(run: ScenarioRun, observation: Observation): string | undefined {
  const { reason } = observation;
  if (!reason) return undefined;
  if (run.error !== reason)
    return `the caller aborted the run with ${show(reason.message)}, but ${run.error === undefined ? 'it ended as if it had not been aborted' : `its error is ${show(run.error)}`}`;
  return firstInSeen(observation, ({ moments, requests, calls }) => {
    const at = moments.findIndex(({ what }) => what === 'abort');
    if (at === -1) return undefined;
    const late = moments.slice(at).find((moment) => moment.what === 'begin' && !mayFollowAbort(moment.of));
    if (late && 'of' in late) return `after the abort, ${nameOf(late.of)} began`;
    const untold =
      requests.find(({ options }) => options?.signal?.aborted !== true) ??
      calls.find(({ signal }) => !signal.aborted);
    return untold && `${nameOf(untold)} was not told of the abort`;
  });
}

/** The hooks of an event are called to the last, and a tool that has ended still reaches its hooks. */
function mayFollowAbort(of: SeenRequest | SeenCall | SeenHook): boolean {
  return of.kind === 'hook' && (of.place > 0 || of.name === 'afterTool');
}

function nameOf(of: SeenRequest | SeenCall | SeenHook): string {
  return of.kind === 'request' ? 'a request' : `the ${of.kind} ${of.name}`;
}
