import assert from 'node:assert/strict';
import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { triage } from './agents.ts';
import { customerCase } from './customer-case.ts';

export default defineScenario({
  name: 'who asks for a person gets one, who is told why',
  agent: triage,
  contextVariables: customerCase(),
  steps: [
    user('No robots. A human being, please.'),
    // Refused, because a person could do nothing with it; the second time it is a sentence.
    callTool('escalate_to_agent', { reason: 'human' }, { hallucinated: true }),
    callTool('escalate_to_agent', { reason: 'Wants to talk to a person, and does not say why.' }),
    say('A person takes over in a few minutes.'),
  ],
  expect: {
    agents: ['Triage'],
    contextVariables: { escalation: 'Wants to talk to a person, and does not say why.' },
    stopReason: 'completed',
  },
  check({ trace: { toolCalls } }) {
    const [short, whole] = toolCalls;
    assert.equal(short?.error, 'invalid-arguments');
    assert.match(short.content, /reason/);
    assert.match(whole?.content ?? '', /A person takes over/);
  },
});
