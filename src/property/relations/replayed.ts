import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCassette } from '../../cassette/format/read.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import { CassetteSession } from '../../cassette/session.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { Scenario, ScenarioRun } from '../../scenario/scenario.ts';
import { scriptedProvider } from '../../script/scripted-provider.ts';
import { isUserStep, withCalls } from '../../script/step-kinds.ts';
import { say, type Step } from '../../script/steps.ts';
import { InvariantBrokenError } from '../invariant.ts';
import { assertAlike, assertOurAgents, play } from './compared-plays.ts';

export async function sameTwice(scenario: Scenario): Promise<void> {
  const runs = [await play(scenario), await play(scenario)] as const;
  assertAlike('same-twice', runs, ['the first time', 'the second time']);
}

/**
 * How many answers are added at the end of a script. A turn limit may leave answers of one run to the next run, which
 * may then need more answers than the script has.
 */
const spareAnswers = 20;

/**
 * Changes steps so that any scenario with these steps can be recorded. Calls become `hallucinated`, because a turn
 * limit may leave an answer to the next run, whose agent the calls may not fit. The statuses 401 and 403 become 400,
 * because a cassette does not keep the errors for a refused key. A cassette keeps the API's other errors.
 */
function recordable(steps: readonly Step[]): Step[] {
  return withCalls(steps, (call) => ({ ...call, hallucinated: true })).map((step) => {
    if (typeof step === 'function' || isUserStep(step) || step.fault?.kind !== 'status') return step;
    const { fault } = step;
    return [401, 403].includes(fault.status) ? { ...step, fault: { ...fault, status: 400 } } : step;
  });
}

export async function replayEqualsRecorded(given: Scenario): Promise<void> {
  const relation = 'replay-equals-recorded';
  assertOurAgents(given);
  const scenario = { ...given, steps: recordable(given.steps) };
  const folder = await mkdtemp(join(tmpdir(), 'swarmcheck-'));
  try {
    const path = join(folder, 'cassette.json');
    const answers = scenario.steps.filter((step) => !isUserStep(step));
    const spare = Array.from({ length: spareAnswers }, () => say('That is all.'));
    const live = scriptedProvider([...answers, ...spare]);
    const recording = new CassetteSession({ path, file: undefined, live, writesAtEnd: true });
    const recorded = await play(scenario, { provider: recording });
    recording.close();
    if (recording.failure)
      throw new InvariantBrokenError(
        relation,
        `the scenario cannot be recorded: ${recording.failure.message}`,
      );
    const file = readCassette(path);
    // The file is missing if the model was never asked.
    if (!file) return;
    const replaying = new CassetteSession({ path, file, live: undefined });
    const replayed = await play(scenario, { provider: replaying });
    const { drifted, unused } = replaying.summary;
    if (drifted > 0 || unused > 0)
      throw new InvariantBrokenError(
        relation,
        `of the interactions in the recording, ${drifted} drifted and ${unused} were not used.`,
      );
    if (recorded.trace.hash === replayed.trace.hash) return;
    // The replay has the texts of the cassette, without secrets. So the comparison hides the secrets in both plays.
    const found = firstMismatch(hidden(recorded), hidden(replayed), false);
    if (found)
      throw new InvariantBrokenError(
        relation,
        `events${found.path} is ${show(found.expected)} when recorded, but ${show(found.actual)} when replayed.`,
      );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function hidden({ trace }: ScenarioRun): unknown {
  const events = trace.events.map((event) =>
    event.type === 'model-response' ? { ...event, usage: undefined } : event,
  );
  return new LaneSecrets().hideData(events);
}
