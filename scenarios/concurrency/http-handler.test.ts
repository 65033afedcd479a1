import { EventEmitter, once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Agent, Conversation, Swarm, type CompletionProvider } from 'swarmcheck';
import { callTool, say, user, type Step } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';

const owners = ['Ann', 'Ben', 'Cid'];

/** Signals when an inspection begins, and lets the test finish it: a slow tool without a clock. */
const bench = new EventEmitter();

const garage = new Agent({
  name: 'Garage',
  instructions: ({ owner, fault }) => `Help ${owner}. Found so far: ${fault ?? 'nothing'}.`,
  functions: [
    async function inspect(visit) {
      bench.emit(`begun for ${visit.owner}`);
      await once(bench, `finished for ${visit.owner}`);
      visit.fault = `a torn chain on the bicycle of ${visit.owner}`;
      return visit.fault;
    },
  ],
});

/** The app: one Swarm for all requests, and one conversation per path. */
function serve(swarm: Swarm, conversations: Map<string, Conversation>): Server {
  return createServer((request, response) => {
    const id = request.url!.slice(1);
    const conversation =
      conversations.get(id) ??
      new Conversation({ swarm, agent: garage, id, contextVariables: { owner: id } });
    conversations.set(id, conversation);
    text(request)
      .then((content) => conversation.send(content))
      .then(({ messages }) => response.end(messages.at(-1)?.content))
      .catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
}

const stepsOf = (owner: string): Step[] => [
  user(`${owner} here, my bicycle rattles.`),
  callTool('inspect'),
  // The model repeats the tool result and the instructions, so that a mix-up reaches the client.
  ({ messages }) => say(`It is ${messages.at(-1)?.content as string}.`),
  user(`${owner} again, what was it?`),
  ({ messages }) => say(messages[0]?.content as string),
];

test('conversations of an HTTP handler run independently', async ({ script, onTestFinished }) => {
  const models = new Map(owners.map((owner) => [owner, script(stepsOf(owner))]));
  const provider: CompletionProvider = {
    complete: (request, options) => models.get(options!.conversation!)!.complete(request, options),
    stream: (request, options) => models.get(options!.conversation!)!.stream(request, options),
  };
  const conversations = new Map<string, Conversation>();
  const server = serve(new Swarm({ provider }), conversations).listen(0, '127.0.0.1');
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const answers: string[] = [];
  const ask = async (owner: string, body: string) => {
    const response = await fetch(`http://127.0.0.1:${port}/${owner}`, { method: 'POST', body });
    if (!response.ok) throw new Error(await response.text());
    answers.push(`${owner}: ${await response.text()}`);
  };
  const begun = owners.map((owner) => once(bench, `begun for ${owner}`));
  const asked = new Map(owners.map((owner) => [owner, ask(owner, `${owner} here, my bicycle rattles.`)]));
  // Now all of them wait in their tool, or one has failed. The tools finish in reverse order.
  await Promise.race([Promise.all(begun), ...asked.values()]);
  for (const owner of owners.toReversed()) {
    bench.emit(`finished for ${owner}`);
    await asked.get(owner);
    await ask(owner, `${owner} again, what was it?`);
  }

  expect(answers).toEqual(
    owners.toReversed().flatMap((owner) => {
      const fault = `a torn chain on the bicycle of ${owner}`;
      return [`${owner}: It is ${fault}.`, `${owner}: Help ${owner}. Found so far: ${fault}.`];
    }),
  );
  for (const owner of owners) {
    const everything = JSON.stringify([models.get(owner)?.requests, conversations.get(owner)]);
    expect(owners.filter((name) => everything.includes(name))).toEqual([owner]);
  }
});
