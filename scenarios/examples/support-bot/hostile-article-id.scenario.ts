import assert from 'node:assert/strict';
import { callTool, callTools, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

const hostile = ['../../package', '../articles/reminders', 'reminders.md', '/etc/passwd', '__proto__'];

export default defineScenario({
  name: 'an id is looked up and never opened, and a wrong one is answered with those that exist',
  agent: () => makeSupportBot(),
  steps: [
    user('Read me the article ../../package.'),
    callTool('transfer_to_help_center'),
    callTools([
      callTool('read_article', { id: hostile[0] }),
      callTool('read_article', { id: hostile[1] }),
      callTool('read_article', { id: hostile[2] }),
      callTool('read_article', { id: hostile[3] }),
      callTool('read_article', { id: hostile[4] }),
    ]),
    callTool('read_article', { id: 'reminders' }),
    say('There is no such article. There is one about reminders. [Choose when reminders are sent]'),
  ],
  expect: { stopReason: 'completed' },
  check({ trace: { toolCalls } }) {
    assert.deepEqual(
      toolCalls.slice(1, -1).map(({ content }) => content),
      hostile.map(
        (id) =>
          `Error: Tool read_article failed: There is no article "${id}". There are: add-singers, attendance, ` +
          'calendar, change-email, concert-programme, end-plan, export-data, forgotten-password, invoices, ' +
          'move-rehearsal, reminders, roles, sheet-music, voices.',
      ),
    );
    assert.match(toolCalls.at(-1)!.content, /^# Choose when reminders are sent\n/);
  },
});
