import { show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Moment, Observation, SeenHook, SeenRequest, SeenRun } from '../observed/observation.ts';
import { runsOf, type TracedRun } from './runs.ts';

export function hooksAreCalled({ trace }: ScenarioRun, observation: Observation): string | undefined {
  const { hookCount, runs } = observation;
  if (hookCount === 0) return undefined;
  for (const [index, traced] of runsOf(trace).entries()) {
    const seen = runs[index];
    if (!seen) continue;
    const problem = problemIn(seen, traced, hookCount) ?? wrongEvent(seen);
    if (problem !== undefined) return `run ${traced.number}: ${problem}`;
  }
  return undefined;
}

/** Compares the moments of a run with the expected ones, up to the abort or the error that ended the run. */
function problemIn(seen: SeenRun, traced: TracedRun, count: number): string | undefined {
  const moments = upToAbort(seen.moments).filter(isEdge);
  const actual = moments.map(textOf);
  const expected = expectedFor(moments, seen, traced, count);
  const at = actual.findIndex((text, index) => text !== expected[index]);
  if (at === -1 && actual.length === expected.length) return undefined;
  const isOver = traced.end?.outcome === 'failed' || traced.end?.outcome === 'aborted';
  const from = at === -1 ? actual.length : at;
  // A run that is rejected in a hook does not reach what the hook was called for.
  if (isOver && moments.slice(from).every(({ of }) => of.kind === 'hook')) return undefined;
  return `${actual[from] ?? 'the end of the run'} came where ${expected[from] ?? 'nothing'} should come`;
}

function upToAbort(moments: readonly Moment[]): readonly Moment[] {
  const at = moments.findIndex(({ what }) => what === 'abort');
  return at === -1 ? moments : moments.slice(0, at);
}

/** The start or the end of a request, a tool or a hook. */
type Edge = Extract<Moment, { what: 'begin' | 'end' }>;

function isEdge(moment: Moment): moment is Edge {
  return moment.what === 'begin' || moment.what === 'end';
}

function textOf({ what, of }: Edge): string {
  if (of.kind === 'request') return `the ${what} of a request`;
  if (of.kind === 'tool') return `the ${what} of the tool ${of.name}`;
  return hookText(what, of.name, of.place);
}

function hookText(what: string, name: string, place: number): string {
  return `the ${what} of the hook ${name} (${place + 1})`;
}

/** The requests and tools that were seen, with all hooks around them. */
function expectedFor(
  moments: readonly Edge[],
  { requests }: SeenRun,
  { turns }: TracedRun,
  count: number,
): string[] {
  const hooks = (name: SeenHook['name']) =>
    Array.from({ length: count }, (_none, place) => [
      hookText('begin', name, place),
      hookText('end', name, place),
    ]).flat();
  return moments.flatMap((moment) => {
    const { what, of } = moment;
    if (of.kind === 'hook') return [];
    const isTool = of.kind === 'tool';
    if (what === 'begin') return [...hooks(isTool ? 'beforeTool' : 'beforeModel'), textOf(moment)];
    // An answer that the run cannot act on reaches no hook.
    const counts = isTool || turns[requests.indexOf(of)]?.response !== undefined;
    return [textOf(moment), ...(counts ? hooks(isTool ? 'afterTool' : 'afterModel') : [])];
  });
}

/** The first hook whose event names another agent or turn than the request has. */
function wrongEvent({ moments }: SeenRun): string | undefined {
  let turn = 0;
  let asked: SeenRequest | undefined;
  for (const moment of moments) {
    if (moment.what !== 'begin') continue;
    const { of } = moment;
    if (of.kind === 'request') {
      turn++;
      asked = of;
    } else if (of.kind === 'hook') {
      const { name, event } = of;
      const expected = name === 'beforeModel' ? turn + 1 : turn;
      if (event.turn !== expected) return `${name} of turn ${expected} got an event of turn ${event.turn}`;
      if (name !== 'beforeModel' && asked && event.agent.name !== asked.agent.name)
        return `${name} of the agent ${show(asked.agent.name)} got an event of ${show(event.agent.name)}`;
    }
  }
  return undefined;
}
