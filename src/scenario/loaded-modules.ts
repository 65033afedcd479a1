import { isExternalAgent } from './external-agent.ts';
import type { Scenario } from './scenario.ts';

/**
 * Loads the modules that a play needs besides the engine, before its time limit begins: on a busy machine, loading may
 * take longer than the scenario.
 */
export async function loadedFor({ agent }: Scenario, isOverHttp: boolean): Promise<void> {
  if (isExternalAgent(agent)) await (await import('./external-app.ts')).loadServer();
  else if (isOverHttp) await (await import('../wire/http-transport.ts')).loadHttpTransport();
}
