import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

const message = 'A PDF may have up to 25 MB. [Share sheet music]';

export default defineScenario({
  name: 'a mail to what is no address is refused, and sent once it is one',
  agent: () => makeSupportBot(),
  steps: [
    user('How large may a PDF be? Mail it to mira at choirs.example, please.'),
    callTool('transfer_to_help_center'),
    callTool('read_article', { id: 'sheet-music' }),
    callTool('send_email', { address: 'mira at choirs.example', message }, { hallucinated: true }),
    callTool('send_email', { address: 'mira@choirs.example', message }),
    say('It is on its way.'),
  ],
  expect: {
    contextVariables: { mails: [{ address: 'mira@choirs.example', message }] },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    const refused = toolCalls.find(({ error }) => error === 'invalid-arguments');
    assert.match(
      refused!.content,
      /"address" must have the format email, but is the string "mira at choirs.example"/,
    );
  },
});
