/** The outputs in the README and in the guides are real. */
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { Agent, Swarm, tool } from 'swarmcheck';
import {
  callTool,
  evaluate,
  externalAgent,
  replayProvider,
  runScenario,
  say,
  stubTools,
  sweepFaults,
  user,
} from 'swarmcheck/testing';
import 'swarmcheck/vitest';
import { triage as airlineTriage } from '../../scenarios/examples/airline/agents.ts';
import { triageCases } from '../../scenarios/examples/airline/evals.ts';
// The modules in the documents, as scripts/docs.ts writes them.
import { library } from '../../.docs-tests/docs/guide-suites.md/library.ts';
import { library as recordedLibrary } from '../../.docs-tests/docs/guide-recording.md/library.ts';
import { refunds, triage } from '../../.docs-tests/README.md/refunds.ts';
import { runAndReadVitest } from '../support/run-vitest.ts';
import { expectExcerpt, shownIn } from './shown.ts';

const readme = shownIn('README.md');
const suites = shownIn('docs/guide-suites.md');
const recording = shownIn('docs/guide-recording.md');
const asyncRuns = shownIn('docs/guide-async.md');

test('every output is compared, here or in checks.test.ts, chat.test.ts and clients.test.ts', () => {
  expect(readme).toHaveLength(4);
  expect(suites).toHaveLength(3);
  expect(recording).toHaveLength(1);
  expect(asyncRuns).toHaveLength(1);
});

/** The message of the error that a function throws. */
function messageOf(run: () => void): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('Nothing was thrown.');
}

test('README: a cassette whose instructions were edited', async () => {
  const cassette = 'fixtures/cassettes/docs-tests/readme-md/refunds-recorded/a-refund-with-a-live-model.json';
  const instructions = 'Help Ann with refunds. Be kind.';
  const edited = new Agent({ name: refunds.name, instructions, functions: refunds.functions });
  const error: unknown = await new Swarm({ provider: replayProvider(cassette) })
    .run({
      agent: stubTools(triage, { transfer_to_refunds: () => edited }),
      messages: [{ role: 'user', content: 'My money back for A-17, please.' }],
      contextVariables: { user: 'Ann' },
    })
    .catch((reason: unknown) => reason);
  // In a user's project the cassette has a shorter path.
  expectExcerpt(readme[1]!, (error as Error).message.replaceAll('docs-tests/readme-md/', ''));
});

test('README: a sweep of faults', async () => {
  const agent = externalAgent(async ({ message, baseURL, apiKey }) => {
    const { choices } = await new OpenAI({ baseURL, apiKey }).chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: message }],
    });
    return choices[0]?.message.content;
  });
  const scenario = { agent, steps: [user('Summarize the order A-17.'), say('Two books.')] };
  const sweep = await sweepFaults(scenario, { faults: ['status', 'empty-choices'] });
  expectExcerpt(readme[2]!, String(sweep));
});

test('README: a failed matcher', async () => {
  const run = await runScenario({
    agent: triage,
    contextVariables: { user: 'Ann' },
    steps: [
      user('I want my money back.'),
      callTool('transfer_to_refunds'),
      callTool('issue_refund', { orderId: 'A-17' }),
      say('Done.'),
    ],
  });
  const failing = () => expect(run).toHaveToolResult('issue_refund', 'refunded A-18');
  expect(messageOf(failing)).toBe(readme[3]);
});

test('guide-suites.md: a trajectory that does not match', async () => {
  const run = await runScenario({
    agent: library(new Map([['Dune', '']])).desk,
    contextVariables: { reader: 'Ann', fee: 4 },
    steps: [
      user('Dune, please.'),
      callTool('transfer_to_lending'),
      callTool('lend_book', { title: 'Dune', weeks: 2 }),
      say('There are 4 euros to pay first.'),
    ],
  });
  const wrong = [
    'transfer_to_lending',
    { tool: 'lend_book', args: { title: 'Dune', weeks: 4 } },
    'charge_card',
  ];
  expect(messageOf(() => expect(run).toHaveToolCalls(wrong))).toBe(suites[0]);
});

test('guide-suites.md: a mistake in a script', async () => {
  const run = await runScenario({
    agent: library(new Map()).lending,
    contextVariables: { reader: 'Ann', fee: 0 },
    steps: [user('Dune, please.'), callTool('lend_bok', { title: 'Dune', weeks: 2 })],
  });
  expect((run.error as Error).message).toBe(suites[1]);
});

test('guide-suites.md: an evaluation', async () => {
  const evaluation = await evaluate(airlineTriage, triageCases, {
    provider: replayProvider('fixtures/cassettes/examples/airline-triage-evals.json'),
    runs: 2,
    threshold: 0.9,
  });
  const lines = suites[2]!.split('\n');
  expect(lines).toHaveLength(3);
  expect(String(evaluation).split('\n')).toEqual(expect.arrayContaining(lines));
});

test('guide-recording.md: a cassette whose instructions and tool were edited', async () => {
  const cassette = 'fixtures/cassettes/docs-tests/docs/guide-recording-md/library/a-book-is-found.json';
  const edited = new Agent({ name: recordedLibrary.name, instructions: 'You are a kind librarian.' });
  edited.functions = [
    tool({
      name: 'find_book',
      description: 'Finds the shelf of a book.',
      parameters: { type: 'object', properties: { title: { type: 'number' } }, required: ['title'] },
      execute: () => '',
    }),
  ];
  const error: unknown = await new Swarm({ provider: replayProvider(cassette) })
    .run({ agent: edited, messages: [{ role: 'user', content: 'Where is Emma?' }] })
    .catch((reason: unknown) => reason);
  const message = (error as Error).message
    .replaceAll('docs-tests/docs/guide-recording-md/', '')
    .replaceAll('.docs-tests/docs/guide-recording.md/', '');
  expect(message).toBe(recording[0]);
});

const forgetful = `import { Agent, Swarm } from 'swarmcheck';
import { say } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';

const agent = new Agent({ name: 'Clerk' });
const messages = [{ role: 'user' as const, content: 'Hello.' }];

test('a question', ({ script }) => {
  const swarm = new Swarm({ provider: script([say('Hello.')]) });
  void swarm.run({ agent, messages });
});
`;

test('guide-async.md: a forgotten await', async () => {
  const { printed } = await runAndReadVitest(forgetful);
  expectExcerpt(asyncRuns[0]!, printed.replaceAll('a.case.ts', 'clerk.test.ts'));
});
