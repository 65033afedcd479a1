import { defineScenario, say, user } from 'swarmcheck/testing';
import { makeSupportBot } from './agents.ts';

export default defineScenario({
  name: 'a bot without its articles is never made',
  agent: () => makeSupportBot({ articles: new URL('./no-such-folder/', import.meta.url) }),
  steps: [user('Hello!'), say('Hello!')],
  expect: { error: { name: 'Error', message: 'The folder of articles cannot be read: ' } },
});
