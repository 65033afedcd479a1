import { Agent, Result, tool } from 'swarmcheck';
import { externalAgent } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { explore, exploreBy } from '../../../src/property/check-agent/explore.ts';
import { playerOf } from '../../../src/property/check-agent/script-player.ts';
import type { Surface } from '../../../src/property/surface.ts';
import { messageOf } from '../../support/failures.ts';
import { refundApp } from '../../support/refund-app.ts';
import { refunds, triage } from '../../support/agents.ts';

/** The name of each agent, with its tools and the agents that they hand off to. */
const mapOf = ({ agents }: Surface) =>
  agents.map(({ name, tools }) => [
    name,
    ...tools.map(({ name: tool, handsOffTo }) =>
      handsOffTo === undefined ? tool : `${tool} → ${agents[handsOffTo]!.name}`,
    ),
  ]);

test('agents are found by the handoffs that lead to them', async () => {
  const surface = await explore(triage);
  expect(mapOf(surface)).toEqual([
    ['Triage', 'transfer_to_refunds → Refunds'],
    ['Refunds', 'look_up', 'issue_refund', 'back_to_triage → Triage'],
  ]);
  expect(surface.agents[1]!.tools[0]!.parameters).toEqual({
    type: 'object',
    properties: { orderId: { type: 'string' } },
    required: ['orderId'],
  });
});

test('agents of a factory are found as well', async () => {
  expect(mapOf(await explore(() => refunds))[0]).toEqual([
    'Refunds',
    'look_up',
    'issue_refund',
    'back_to_triage → Triage',
  ]);
});

test('the agents of an app with another SDK are found on the wire', async () => {
  const app = externalAgent((turn) => refundApp().respond(turn));
  expect(mapOf(await explore(app))).toEqual([
    ['Agent', 'transfer_to_refunds → refunds'],
    ['refunds', 'issue_refund', 'transfer_to_triage → triage'],
    ['triage', 'transfer_to_refunds → refunds'],
  ]);
});

test('stubs run in place of the tools', async () => {
  const called: string[] = [];
  const agent = new Agent({
    functions: [
      tool({ name: 'pay', execute: () => void called.push('the real one') }),
      tool({ name: 'look', execute: () => called.push('look') }),
    ],
  });
  await explore(agent, { tools: { pay: 'paid' } });
  expect([...new Set(called)]).toEqual(['look']);
});

test('instructions receive the context variables', async () => {
  const agent = new Agent<{ user: { name: string } }>({
    instructions: ({ user }) => `Help ${user.name}.`,
    functions: [
      function hello() {
        return 'hello';
      },
    ],
  });
  const surface = await explore(agent, { contextVariables: { user: { name: 'Ann' } } });
  expect(mapOf(surface)).toEqual([['Agent', 'hello']]);
});

test('an app that never asks its model is reported at once, with the reason', async () => {
  const agent = new Agent<{ user: { name: string } }>({
    name: 'Desk',
    instructions: ({ user }) => `Help ${user.name}.`,
  });
  expect(await messageOf(() => explore(agent))).toMatchInlineSnapshot(`
    "The app never asked its model, so nothing can be checked: TypeError: Cannot read properties of undefined (reading 'name')
    What happened:
        ended: failed"
  `);
  const silent = externalAgent(() => Promise.resolve());
  expect(await messageOf(() => explore(silent))).toContain('the outcome of its run is "completed"');
});

test('a tool that fails leads nowhere, and hides no other tool', async () => {
  const agent = new Agent({
    name: 'Desk',
    functions: [
      tool({
        name: 'broken',
        execute() {
          throw new Error('no');
        },
      }),
      function hand_over() {
        return refunds;
      },
    ],
  });
  expect(mapOf(await explore(agent))[0]).toEqual(['Desk', 'broken', 'hand_over → Refunds']);
});

test('a tool that hangs is called only a few times', async () => {
  let calls = 0;
  const agent = new Agent({
    name: 'Desk',
    functions: [
      tool({
        name: 'hang',
        execute() {
          calls++;
          return new Promise<string>(() => {});
        },
      }),
      function hand_over() {
        return refunds;
      },
    ],
  });
  expect(mapOf(await explore(agent, { timeoutMs: 50 }))[0]).toEqual(['Desk', 'hang', 'hand_over → Refunds']);
  expect(calls).toBe(4);
});

test('a handoff of an agent to itself is found', async () => {
  const agent: Agent = new Agent({
    name: 'Desk',
    functions: [
      function again() {
        return agent;
      },
    ],
  });
  expect(mapOf(await explore(agent))).toEqual([['Desk', 'again → Desk']]);
});

test('a handoff that needs arguments is found', async () => {
  const agent = new Agent({
    name: 'Desk',
    functions: [
      tool({
        name: 'transfer',
        parameters: { type: 'object', properties: { to: { enum: ['refunds'] } }, required: ['to'] },
        execute: () => new Result({ agent: refunds }),
      }),
    ],
  });
  expect(mapOf(await explore(agent))[0]).toEqual(['Desk', 'transfer → Refunds']);
});

test('an endless chain of agents is explored up to a limit', async () => {
  const agentOf = (number: number): Agent =>
    new Agent({
      name: `Agent ${number}`,
      functions: [
        function next() {
          return agentOf(number + 1);
        },
      ],
    });
  const surface = await explore(agentOf(1), { maxTurns: 100 });
  expect(surface.agents).toHaveLength(30);
});

test('an agent with very many tools is explored up to a limit', async () => {
  let called = 0;
  const functions = Array.from({ length: 400 }, (_item, index) =>
    tool({ name: `tool_${index}`, execute: () => `${called++}` }),
  );
  const surface = await explore(new Agent({ functions }));
  expect(called).toBe(299);
  expect(surface.agents[0]!.tools).toHaveLength(400);
});

test('agents with the same name are distinguished by their tools', async () => {
  const other = new Agent({
    name: 'Desk',
    functions: [
      function second() {
        return 'b';
      },
    ],
  });
  const agent = new Agent({
    name: 'Desk',
    functions: [
      function first() {
        return other;
      },
    ],
  });
  expect(mapOf(await explore(agent))).toEqual([
    ['Desk', 'first → Desk'],
    ['Desk', 'second'],
  ]);
});

test('what the requests of an agent allow is found, unless it differs from request to request', async () => {
  const look = () => 'found';
  const agent = new Agent({ functions: [look], toolChoice: 'required', parallelToolCalls: false });
  const limits = { toolChoice: 'required', parallelToolCalls: false };
  expect((await explore(agent)).agents).toMatchObject([limits]);
  const changing = new Agent({
    functions: [
      function look() {
        changing.toolChoice = 'auto';
        return 'found';
      },
    ],
    toolChoice: 'required',
  });
  const [found] = (await explore(changing)).agents;
  expect(found).toMatchObject({ name: 'Agent' });
  expect(found).not.toHaveProperty('toolChoice');
});

test('an agent that must call a tool does not fail while it is explored', async () => {
  const outcomes = new Set<string>();
  const agent = new Agent({
    functions: [
      function look() {
        return 'found';
      },
    ],
    toolChoice: 'required',
  });
  const play = playerOf(agent, {});
  await exploreBy(async (steps) => {
    const run = await play(steps);
    outcomes.add(run.trace.outcome);
    return run;
  });
  expect([...outcomes]).toEqual(['completed']);
});
