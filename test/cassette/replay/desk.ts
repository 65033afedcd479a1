/** Records a conversation, and replays it with a change. */
import {
  Agent,
  Swarm,
  tool,
  type CompletionProvider,
  type CompletionRequest,
  type Message,
  type RunSettings,
} from 'swarmcheck';
import {
  callTool,
  CassetteMismatchError,
  replayProvider,
  say,
  type Drift,
  type ReplayProvider,
} from 'swarmcheck/testing';
import { Folder } from '../folder.ts';
import { changing, record, said, user } from './tapes.ts';

/** Returns new agents each time, because tests change them. */
function desk() {
  const orders = { status: 'paid' };
  const refunds = new Agent({
    name: 'Refunds',
    model: 'gpt-4o-mini',
    instructions: 'Refund what was paid.\nAsk for the order.\nBe brief.',
    functions: [
      tool({
        name: 'look_up',
        description: 'Finds an order.',
        parameters: {
          type: 'object',
          properties: { order: { type: 'string' }, year: { type: 'number' } },
          required: ['order'],
        },
        execute: ({ order }) => ({ order, ...orders }),
      }),
      tool({ name: 'issue_refund', description: 'Pays it back.', execute: () => 'refunded' }),
    ],
  });
  const billing = new Agent({ name: 'Billing', instructions: 'Explain bills.' });
  const routes = { transfer: refunds };
  const triage = new Agent({
    name: 'Triage',
    instructions: 'Find out what is wanted.',
    functions: [
      function transfer() {
        return routes.transfer;
      },
    ],
  });
  return { triage, refunds, billing, orders, routes };
}

type Desk = ReturnType<typeof desk>;

const earlier: Message[] = [
  { role: 'user', content: 'Hello.' },
  { role: 'assistant', content: 'What can I do for you?' },
];
const steps = [
  callTool('transfer'),
  callTool('look_up', { order: 'A-17' }, { say: 'One moment.' }),
  say('It is paid.'),
];

/** A change to the conversation. */
export interface Change {
  agents?: (desk: Desk) => void;
  run?: Partial<RunSettings>;
  /** Earlier messages, and the question. */
  messages?: Message[];
  /** New fields of every request on its way to the provider. */
  request?: (request: CompletionRequest) => object;
}

/**
 * Replays the recording with this change, and returns the drift. `recorded` is a change that is made before the
 * recording.
 */
export async function playChanged(change: Change, recorded: Change = {}): Promise<Played> {
  using folder = new Folder();
  await record(folder.file(), steps, (provider) => play(provider, recorded));
  const provider = replayProvider(folder.file());
  try {
    await play(provider, change);
  } catch (error) {
    if (!(error instanceof CassetteMismatchError)) throw error;
    return { drift: error.drift, message: said(error, folder), summary: provider.summary };
  }
  return { drift: [], message: '', summary: provider.summary };
}

interface Played {
  drift: readonly Drift[];
  message: string;
  summary: ReplayProvider['summary'];
}

async function play(provider: CompletionProvider, change: Change): Promise<void> {
  const all = desk();
  change.agents?.(all);
  const swarm = new Swarm({ provider: change.request ? changing(provider, change.request) : provider });
  const messages = change.messages ?? [...earlier, user('Is A-17 paid?')];
  await swarm.run({ agent: all.triage, messages, ...change.run });
}
