/** The environment that a mode depends on. */
import { afterEach, beforeEach, vi } from 'vitest';
import type { CompletionProvider } from 'swarmcheck';
import { cassetteProvider, say, scriptedProvider, type CassetteOptions } from 'swarmcheck/testing';
import { vitestWorker } from '../../../src/cassette/match/words.ts';
import { answerTo, Talk } from '../replay/tapes.ts';

/** Hides the environment of the machine: no key, no CI, no mode, no updates of snapshots. */
export function inPlainEnvironment(): void {
  beforeEach(() => {
    for (const name of ['CI', 'SWARMCHECK_RECORD', 'OPENAI_API_KEY', 'OPENAI_BASE_URL'])
      vi.stubEnv(name, undefined);
    updateSnapshots('none');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });
}

/**
 * Makes vitest look as if it updates its snapshots ("all", by -u), only adds new ones ("new"), or does neither
 * ("none").
 */
export function updateSnapshots(updateSnapshot: 'all' | 'new' | 'none'): void {
  const worker = vitestWorker();
  const snapshotOptions = { ...worker?.config?.snapshotOptions, updateSnapshot };
  vi.stubGlobal('__vitest_worker__', { ...worker, config: { ...worker?.config, snapshotOptions } });
}

/** A model that must not be asked. */
export const notAsked: CompletionProvider = scriptedProvider([]);

/** The outcome of a question in its own conversation: "live", "recorded", or the name of the error. */
export async function outcomeOf(
  cassette: string,
  options: Partial<CassetteOptions>,
  question: string,
): Promise<string> {
  try {
    const provider = cassetteProvider(scriptedProvider([say('live')]), { cassette, ...options });
    const text = await answerTo(provider, question, { conversation: question });
    await provider.close();
    return String(text);
  } catch (error) {
    return (error as Error).name;
  }
}

/** The answers to these questions, in one conversation. */
export async function talk(
  provider: CompletionProvider,
  questions: readonly string[],
  conversation?: string,
): Promise<(string | null)[]> {
  const held = new Talk(provider, conversation);
  const texts: (string | null)[] = [];
  for (const question of questions) texts.push(await held.ask(question));
  return texts;
}
