/** The part of the report that says which agents, tools and handoffs were reached. */
import { Agent, tool } from 'swarmcheck';
import { expect, test } from 'vitest';
import { messageOf } from '../../support/failures.ts';
import { check, Failures, triage } from './desk.ts';
import { wireApp } from './wire-app.ts';

const room = {
  type: 'object',
  properties: { room: { type: 'integer' }, note: { type: 'string' } },
  required: ['room'],
} as const;

/** An agent with tools that never succeed. */
const desk = () =>
  new Agent({
    name: 'Desk',
    functions: [
      tool({ name: 'free_rooms', execute: () => 'None.' }),
      tool({
        name: 'book_room',
        parameters: room,
        execute() {
          throw new Error('There is no such room.');
        },
      }),
      tool({
        name: 'open_bar',
        execute() {
          throw new Error('It is closed.');
        },
      }),
    ],
  });

const quiet = { 'unknown-tool': false, 'bad-json': false, 'invalid-args': false } as const;

test('the report counts agents, tools by outcome, and handoffs, as an invariant sees them', async () => {
  using failures = new Failures();
  const seen = { turns: 0, calls: 0, ok: 0, handoffs: 0, unknown: 0, runs: 0 };
  const { coverage } = await failures.check(triage, {
    runs: 60,
    always: {
      counts({ trace }) {
        seen.turns += trace.requests.filter(({ agent }) => agent === 'Triage').length;
        const calls = trace.toolCalls.filter((call) => call.agent === 'Triage' && call.tool === 'search');
        seen.calls += calls.filter(({ error }) => error !== 'unknown-tool').length;
        seen.ok += calls.filter(({ error }) => error === undefined).length;
        seen.unknown += trace.toolCalls.filter(({ error }) => error === 'unknown-tool').length;
        seen.handoffs += trace.handoffs.filter(({ from }) => from === 'Triage').length;
        seen.runs += trace.events.filter(({ type }) => type === 'run-end').length;
      },
    },
  });
  const search = coverage.tools.find((one) => one.tool === 'search')!;
  const errors = Object.values(search.errors).reduce((sum, count) => sum + count, 0);
  const sum = (counts: readonly { count: number }[]) => counts.reduce((all, { count }) => all + count, 0);
  expect({
    turns: coverage.agents.find(({ agent }) => agent === 'Triage')!.count,
    calls: search.ok + errors,
    ok: search.ok,
    unknown: coverage.hallucinated,
    handoffs: sum(coverage.handoffs.filter(({ from }) => from === 'Triage')),
    runs: Object.values(coverage.outcomes).reduce((all, count) => all + count, 0),
  }).toEqual(seen);
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  expect(Object.keys(search.errors).toSorted()).toEqual(['invalid-arguments', 'invalid-json']);
  expect(coverage.tools.map(({ agent, tool: name }) => `${agent} ${name}`)).toEqual([
    'Triage transfer_to_refunds',
    'Triage search',
    'Refunds verify_identity',
    'Refunds issue_refund',
    'Refunds look_up',
    'Refunds back_to_triage',
  ]);
  expect(coverage.missing).toEqual([]);
});

test('a tool that was never called has only zeros, and an agent that was never active is named', async () => {
  // The first script of this seed makes no calls.
  const { coverage } = await check(triage, { runs: 1 });
  expect(coverage.agents).toEqual([
    { agent: 'Triage', count: 1 },
    { agent: 'Refunds', count: 0 },
  ]);
  expect(coverage.tools).toHaveLength(6);
  expect(coverage.tools[1]).toEqual({ agent: 'Triage', tool: 'search', ok: 0, errors: {} });
  expect(coverage).toMatchObject({ handoffs: [], outcomes: { completed: 1 }, hallucinated: 0 });
  expect(coverage.missing).toEqual([
    'The agent "Refunds" was never active.',
    'The tool "transfer_to_refunds" of "Triage" was never called.',
    'The tool "search" of "Triage" was never called.',
  ]);
});

const neverSucceeded = [
  'The tool "book_room" of "Desk" never succeeded in … calls (threw: …), so nothing behind it was tested. Give it arguments that work: values: { book_room: { room: [...] } }.',
  'The tool "open_bar" of "Desk" never succeeded in … calls (threw: …), so nothing behind it was tested. Begin with the state that it needs (contextVariables, or a factory), or replace it with a stub (tools).',
];

test('a tool that never succeeded is named, with a remedy', async () => {
  const { coverage } = await check(desk, { runs: 40, features: quiet });
  expect(coverage.missing.map((line) => line.replaceAll(/\d+/g, '…'))).toEqual(neverSucceeded);
  const helped = await check(desk, {
    runs: 40,
    features: quiet,
    tools: { book_room: 'booked', open_bar: 'open' },
  });
  expect(helped.coverage.missing).toEqual([]);
});

test('a "sometimes" that never happened points to the tools that never succeeded', async () => {
  const sometimes = { booked: () => false };
  const message = await messageOf(() => check(desk, { runs: 40, features: quiet, sometimes }));
  expect(message.replaceAll(/\d+/g, '…').split('\n').slice(2, 4)).toEqual(neverSucceeded);
});

test('an app at the wire is counted by what its requests show', async () => {
  const app = wireApp({
    look_up: { properties: { order: { type: 'string' } }, answer: () => 'Error: not found' },
    rooms: { answer: () => 'none' },
  });
  const { coverage } = await check(app, { runs: 40 });
  // Requests do not show whether a tool failed, so an answer counts as a success.
  expect(coverage).toMatchObject({ agents: [{ agent: 'Agent' }], handoffs: [], missing: [] });
  expect(
    coverage.tools.map(({ ok, errors, tool: name }) => [name, ok > 10, Object.keys(errors).length]),
  ).toEqual([
    ['look_up', true, 2],
    ['rooms', true, 2],
  ]);
  expect(coverage.hallucinated).toBeGreaterThan(0);
});
