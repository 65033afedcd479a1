import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { weather } from './agents.ts';
import type { Weather } from './forecast.ts';

const mail = { recipient: 'bo@example.org', subject: 'Oban tonight' };

/** Recorded as fixtures/cassettes/examples/weather.json. */
export default defineScenario({
  name: 'the weather that was looked up is what stands in the mail',
  agent: weather,
  steps: [
    user('Mail the weather of tonight to bo@example.org, please.'),
    say('Of which place?'),
    user('Of Oban.'),
    callTool('get_weather', { location: 'Oban', time: 'tonight' }),
    ({ messages }) => {
      const { sky, celsius } = JSON.parse(messages.at(-1)?.content as string) as Weather;
      return callTool('send_email', { ...mail, body: `${sky}, ${celsius} degrees` });
    },
    say('Bo has it.'),
  ],
  expect: {
    contextVariables: { outbox: [{ ...mail, body: 'fog, 7 degrees' }] },
    finalMessage: 'Bo has it.',
    stopReason: 'completed',
  },
});
