import assert from 'node:assert/strict';
import { Agent, tool } from 'swarmcheck';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';

const shelves: Record<string, string> = { Emma: 'A 3', Persuasion: 'A 4' };
const title = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] } as const;

const desk = new Agent({
  name: 'Desk',
  instructions: 'You are the desk of a library.\nFind books, and lend them.',
  functions: [
    tool({
      name: 'find_book',
      description: 'Finds the shelf of a book.',
      parameters: title,
      async execute({ title }) {
        if (!shelves[title]) throw new Error(`we do not have "${title}"`);
        return { title, shelf: shelves[title] };
      },
    }),
    tool({
      name: 'lend_book',
      description: 'Lends a book to whoever asks.',
      parameters: title,
      execute({ title }, { contextVariables }) {
        contextVariables['lent'] = [...contextVariables['lent'], title];
        return `${title} is lent`;
      },
    }),
  ],
});

/**
 * Recorded as fixtures/cassettes/library-desk.json, streamed: parallel calls, a call that fails, and a second
 * message.
 */
export default defineScenario({
  name: 'library desk',
  agent: desk,
  contextVariables: { lent: [] },
  steps: [
    user('Do you have Emma and Ulysses?'),
    callTools([callTool('find_book', { title: 'Emma' }), callTool('find_book', { title: 'Ulysses' })]),
    say('Emma is on shelf A 3.\nUlysses we do not have.'),
    user('Emma, then.'),
    callTool('lend_book', { title: 'Emma' }),
    say('Emma is yours for four weeks.'),
  ],
  expect: { contextVariables: { lent: ['Emma'] }, finalMessage: 'Emma is yours' },
  check({ trace }) {
    const failed = trace.toolCalls.filter(({ error }) => error);
    assert.deepEqual(
      failed.map(({ content }) => content),
      ['Error: Tool find_book failed: we do not have "Ulysses"'],
    );
  },
});
