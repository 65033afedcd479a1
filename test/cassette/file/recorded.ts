/** A small cassette with an example of everything, and all functions that read a cassette. */
import { Agent, Swarm, tool, type CompletionProvider } from 'swarmcheck';
import {
  callTool,
  cassetteProvider,
  modelFails,
  replayProvider,
  replayTools,
  say,
  scriptedProvider,
} from 'swarmcheck/testing';
import { readAll } from '../../support/completions.ts';
import { rejection } from '../../support/failures.ts';
import type { Folder } from '../folder.ts';
import { asking, record, user } from '../replay/tapes.ts';

/** Returns new agents each time. */
function desk(): Agent {
  const refunds = new Agent({
    name: 'Refunds',
    instructions: 'Refund – what was paid.\nBe brief. 🙂',
    functions: [tool({ name: 'look_up', description: 'Finds orders.', execute: () => 'one is paid' })],
  });
  return new Agent({
    name: 'Triage',
    functions: [
      function transfer() {
        return refunds;
      },
    ],
  });
}

const steps = [
  callTool('transfer'),
  callTool('look_up'),
  say('It is paid.\nThe refund is on its way.'),
  say('In pieces.'),
  modelFails({ kind: 'status', status: 429, retryAfterMs: 2000 }),
];

async function play(provider: CompletionProvider): Promise<void> {
  await new Swarm({ provider }).run({ agent: desk(), messages: [user('Refund A-17.')] });
  await readAll(provider.stream(asking(user('Stream it.')), { conversation: 'ann' }));
  await rejection(provider.complete(asking(user('Again.')), { conversation: 'bob' }));
}

/** Records three conversations: one with tools and a handoff, one streamed, and one that fails. Returns the path. */
export async function recorded(folder: Folder, name?: string): Promise<string> {
  await record(folder.file(name), steps, play);
  return folder.file(name);
}

/** A model that must not be asked. */
const notAsked = scriptedProvider([]);

/** Everything that reads a cassette, and may answer from it. */
export const readers: [string, (cassette: string) => unknown][] = [
  ['replayProvider', (cassette) => replayProvider(cassette)],
  ['replayTools', (cassette) => replayTools(desk(), cassette, 'replay')],
  ['cassetteProvider, mode "none"', (cassette) => cassetteProvider(notAsked, { cassette, mode: 'none' })],
  [
    'cassetteProvider, mode "missing"',
    (cassette) => cassetteProvider(notAsked, { cassette, mode: 'missing' }),
  ],
];
