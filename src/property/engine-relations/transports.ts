import type { Scenario } from '../../scenario/scenario.ts';
import { assertOurAgents, play, assertAlike } from '../relations/compared-plays.ts';

export async function streamedEqualsNot(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const runs = [await play(scenario), await play(scenario, { stream: true })] as const;
  assertAlike('streamed-equals-not', runs, ['in one piece', 'streamed']);
}

export async function httpEqualsInProcess(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const inProcess = await play(scenario);
  for (const stream of [false, true]) {
    const overHttp = await play(scenario, { transport: 'http', stream });
    const how = stream ? 'over HTTP, streamed' : 'over HTTP';
    assertAlike('http-equals-in-process', [inProcess, overHttp], ['in process', how]);
  }
}
