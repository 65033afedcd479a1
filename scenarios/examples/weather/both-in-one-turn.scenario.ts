import { callTool, callTools, defineScenario, user } from 'swarmcheck/testing';
import { weather } from './agents.ts';
import { passOn } from './suite.ts';

const mail = { recipient: 'bo@example.org', subject: 'Late', body: 'Do not wait for me.' };

export default defineScenario({
  name: 'the weather is looked up and a mail is sent in one turn, and the model is told of both',
  agent: weather,
  steps: [
    user('Is there a storm in Lerwick? And write to bo@example.org not to wait for me.'),
    callTools([callTool('get_weather', { location: 'Lerwick' }), callTool('send_email', mail)]),
    passOn,
  ],
  expect: {
    contextVariables: { outbox: [mail] },
    finalMessage:
      '{"location":"Lerwick","time":"now","sky":"storm","celsius":5} The mail to bo@example.org is on its way.',
    stopReason: 'completed',
  },
});
