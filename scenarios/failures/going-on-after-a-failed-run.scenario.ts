import assert from 'node:assert/strict';
import { Agent } from 'swarmcheck';
import { callTool, defineScenario, modelFails, say, user } from 'swarmcheck/testing';

const chess = new Agent({
  name: 'Chess',
  instructions: ({ moves }: { moves: number }) => `Play black. Moves so far: ${moves}.`,
  functions: [
    function make_move(game) {
      game.moves += 1;
      return 'e5';
    },
  ],
});

export default defineScenario({
  name: 'after a run that failed the user goes on from where the conversation was before it',
  agent: chess,
  contextVariables: { moves: 0 },
  steps: [
    user('e4'),
    callTool('make_move'),
    say('I answer e5.'),
    user('Nf3'),
    callTool('make_move'),
    modelFails({ kind: 'status', status: 503 }),
    user('Nf3, once more.'),
    callTool('make_move'),
    say('And I answer again.'),
  ],
  expect: { contextVariables: { moves: 2 }, stopReason: 'completed' },
  check({ trace }) {
    const shown = trace.requests.find(({ run }) => run === 3)?.request.messages;
    assert.equal(shown?.[0]?.content, 'Play black. Moves so far: 1.');
    const said = shown.flatMap(({ role, content }) => (role === 'user' ? [content] : []));
    assert.deepEqual(said, ['e4', 'Nf3, once more.']);
  },
});
