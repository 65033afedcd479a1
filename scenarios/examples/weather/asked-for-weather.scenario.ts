import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import { weather } from './agents.ts';
import { passOn } from './suite.ts';

export default defineScenario({
  name: 'the weather is told as it is now, where no time is said, and as it will be, where one is',
  agent: weather,
  steps: [
    user('What is it like in Whitby?'),
    callTool('get_weather', { location: 'Whitby' }),
    say('Sunny, 14 degrees.'),
    user('And tomorrow?'),
    callTool('get_weather', { location: 'Whitby', time: 'tomorrow' }),
    passOn,
  ],
  expect: {
    finalMessage:
      '{"location":"Whitby","time":"now","sky":"sun","celsius":14} ' +
      '{"location":"Whitby","time":"tomorrow","sky":"clouds","celsius":12}',
    stopReason: 'completed',
  },
});
