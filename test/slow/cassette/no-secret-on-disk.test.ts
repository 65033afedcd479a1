/**
 * Every form of secret at every place of a conversation: no file contains it, and the conversation can be replayed.
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { recordingProvider, replayProvider } from 'swarmcheck/testing';
import { Folder } from '../../cassette/folder.ts';
import { leaksIn, leaksInTexts } from '../../cassette/redaction/leaks.ts';
import { ways, type Way } from '../../cassette/redaction/live.ts';
import { places } from '../../cassette/redaction/places.ts';
import { allSecrets, type Secrets } from '../../cassette/redaction/secrets.ts';

const apiKey = ['sk', 'proj', 'k'.repeat(40)].join('-');
const inHeaders = 'h'.repeat(40);

beforeEach(() => {
  vi.stubEnv('OPENAI_API_KEY', apiKey);
  vi.stubEnv('OPENAI_ORG_ID', 'o'.repeat(40));
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** Records a conversation with these secrets at this place, and returns its outcome. */
async function recorded(place: string, secrets: Secrets, way: Way, folder: Folder): Promise<unknown> {
  const { answers, play } = places[place]!(secrets);
  using live = await way.live(answers, inHeaders);
  await using provider = recordingProvider(live.provider, { cassette: folder.file() });
  return await outcome(play(provider, way.stream));
}

/** The recording of each place and way: two tests read the same one. */
const recordings = new Map<string, string>();

/** Writes that recording to a folder. */
async function recordedOnce(place: string, secrets: Secrets, way: Way, folder: Folder): Promise<void> {
  const key = `${way.name} ${place}`;
  const known = recordings.get(key);
  if (known === undefined) await recorded(place, secrets, way, folder);
  else folder.write(known);
  recordings.set(key, folder.read());
}

async function replayed(place: string, secrets: Secrets, way: Way, folder: Folder) {
  using provider = replayProvider(folder.file());
  const value = await outcome(places[place]!(secrets).play(provider, way.stream));
  return { value, summary: provider.summary };
}

async function outcome(promise: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([promise]);
  return result.status === 'fulfilled' ? result.value : String(result.reason);
}

describe.for(ways)('$name', (way) => {
  const secrets = allSecrets('now');
  const others = allSecrets('later');

  test.for(Object.keys(places))('no file contains a secret: %s', async (place) => {
    using folder = new Folder();
    await recordedOnce(place, secrets, way, folder);
    expect(leaksIn(folder, [...secrets.values, apiKey, inHeaders, 'o'.repeat(40)])).toEqual([]);
  });

  test.for(Object.keys(places))(
    'the recording is replayed with the same secrets and with others: %s',
    async (place) => {
      using folder = new Folder();
      await recordedOnce(place, secrets, way, folder);
      for (const those of [secrets, others]) {
        const { value, summary } = await replayed(place, those, way, folder);
        expect([summary.drifted, summary.unused, summary.served - summary.exact]).toEqual([0, 0, 0]);
        // A replay with other secrets cannot restore the recorded ones.
        const gone = those === others ? secrets.values : [];
        expect(leaksInTexts([JSON.stringify(value)], gone)).toEqual([]);
      }
    },
  );
});
