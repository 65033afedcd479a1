import { Agent, Conversation, Swarm, tool, type CompletionProvider } from 'swarmcheck';
import { callTool, say, type Step } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

test('a slow conversation does not delay the others', async ({ script }) => {
  let comeBack = () => {};
  const back = new Promise<void>((resolve) => (comeBack = resolve));
  const archive = new Agent<{ reader: string }>({
    name: 'Archive',
    instructions: ({ reader }) => `Serve ${reader}.`,
    functions: [
      tool({
        name: 'fetch_box',
        parameters: {
          type: 'object',
          properties: { from: { enum: ['shelf', 'cellar'] } },
          required: ['from'],
        },
        async execute({ from }) {
          if (from === 'cellar') await back;
          return `a box from the ${from}`;
        },
      }),
    ],
  });
  const stepsFrom = (from: string): Step[] => [
    callTool('fetch_box', { from }),
    ({ messages }) => say(`${messages[0]?.content as string} Here is ${messages.at(-1)?.content as string}.`),
  ];
  const readers = Array.from({ length: 100 }, (_item, index) => `reader ${index + 1}`);
  const models = new Map(readers.map((reader) => [reader, script(stepsFrom('shelf'))]));
  models.set('Ann', script(stepsFrom('cellar')));
  const provider: CompletionProvider = {
    complete: (request, options) => models.get(options!.conversation!)!.complete(request, options),
    stream: (request, options) => models.get(options!.conversation!)!.stream(request, options),
  };
  // All conversations share one Swarm and one agent.
  const swarm = new Swarm({ provider });
  const answers: string[] = [];
  const serve = async (reader: string) => {
    const conversation = new Conversation({
      swarm,
      agent: archive,
      id: reader,
      contextVariables: { reader },
    });
    const { messages } = await conversation.send('My box, please.');
    answers.push(messages.at(-1)?.content as string);
  };

  const slow = serve('Ann');
  await Promise.all(readers.map(serve));
  expect(answers).toEqual(readers.map((reader) => `Serve ${reader}. Here is a box from the shelf.`));

  comeBack();
  await slow;
  expect(answers.at(-1)).toBe('Serve Ann. Here is a box from the cellar.');
});
