import { expect, test as plain } from 'vitest';
import type { ToolContext } from 'swarmcheck';
import {
  callTool,
  callTools,
  defineScenario,
  runScenario,
  say,
  user,
  type Expectations,
  type Fault,
  type ModelStep,
  type Scenario,
  type Step,
  type TraceEvent,
} from 'swarmcheck/testing';
import { scenarioTest, test } from 'swarmcheck/vitest';
import { playDesk, triage } from './desk.ts';

// The compiler checks these tests: a @ts-expect-error fails `npm run types` if the line below it compiles.
// A mistake for the compiler also fails at run time, unless it does no harm.

const run = await playDesk();

plain('an unknown matcher does not compile', () => {
  // @ts-expect-error toHaveCaledTool is not a matcher
  expect(() => expect(run).toHaveCaledTool('look_up')).toThrow('toHaveCalledTool');
});

plain('a matcher without its arguments does not compile', () => {
  const wrong = () => {
    // @ts-expect-error the tool is missing
    expect(run).toHaveCalledTool();
    // @ts-expect-error the content is missing
    expect(run).toHaveToolResult('look_up');
    // @ts-expect-error the agents are missing
    expect(run).toHaveHandoffOrder();
    // @ts-expect-error the reason is missing
    expect(run).toHaveStoppedBecause();
  };
  expect(wrong).toThrow(Error);
});

plain('an unknown reason does not compile', () => {
  // @ts-expect-error "complete" is not an outcome of a run
  expect(() => expect(run).toHaveStoppedBecause('complete')).toThrow('complete');
});

plain('an unknown kind of error does not compile', () => {
  // @ts-expect-error a tool call is not answered with "timeout"
  expect(() => expect(run).toHaveRecoveredFrom({ kind: 'timeout' })).toThrow('timeout');
});

plain('a mistyped field of a trajectory does not compile', () => {
  // @ts-expect-error allowOther is not a field
  expect(() => expect(run).toHaveToolCalls({ sequence: [], allowOther: true })).toThrow(TypeError);
  // @ts-expect-error a call has no field arguments
  expect(() => expect(run).toHaveToolCalls([{ tool: 'look_up', arguments: {} }])).toThrow(TypeError);
  // @ts-expect-error turnAnyOrders is not a kind of item
  expect(() => expect(run).toHaveToolCalls([{ turnAnyOrders: ['a'] }])).toThrow(TypeError);
  // @ts-expect-error atMost takes calls, not groups of calls
  expect(() => expect(run).toHaveToolCalls([{ atMost: [{ turn: ['a'] }] }])).toThrow(TypeError);
  // @ts-expect-error an item does not contain items
  expect(() => expect(run).toHaveToolCalls([{ turn: [{ anyOrder: ['a'] }] }])).toThrow(TypeError);
});

plain('a mistyped field of toHaveSeen does not compile', () => {
  // @ts-expect-error instruction is not a field
  const wrong = () => expect(run).toHaveSeen({ agent: 'Nobody', instruction: 'x' });
  expect(wrong).toThrow('instruction');
});

plain('toHaveNoToolErrors with a tool does not compile', () => {
  // @ts-expect-error the matcher is about all tools
  expect(() => expect(run).toHaveNoToolErrors('look_up')).toThrow('toHaveNoToolErrors takes no argument');
});

plain('pending calls outside of the field "pending" do not compile', () => {
  // @ts-expect-error the calls belong in "pending"
  expect(() => expect(run).toBeInterrupted(['look_up'])).toThrow('toBeInterrupted takes { pending }');
});

plain('asymmetric matchers compile for every value', () => {
  const assertions = () => {
    expect(run).toHaveCalledTool('look_up', { orderId: expect.any(String) });
    expect(run).toHaveCalledTool('look_up', expect.anything());
    expect(run).toHaveToolResult('issue_refund', expect.stringContaining('A-17'));
    expect(run).toHaveToolCalls({
      sequence: [{ tool: 'look_up', argsContain: { orderId: expect.any(String) } }],
      allowOthers: true,
    });
    expect(run).toHaveContextVariables({ refunded: expect.any(Array) });
  };
  expect(assertions).not.toThrow();
});

plain('steps of a wrong shape do not compile', () => {
  const steps: Step[] = [
    user('x'),
    // @ts-expect-error text is not a field of a step
    { text: 'hi' },
    // @ts-expect-error a fault has a kind
    { fault: { status: 429 } },
    // @ts-expect-error a function answers for the model, not for the user
    () => user('x'),
  ];
  expect(steps).toHaveLength(4);
});

plain('a fault of a wrong shape does not compile', () => {
  const faults: Fault[] = [
    { kind: 'cut', afterChunks: 1, by: 'end' },
    // @ts-expect-error a cut says where
    { kind: 'cut', by: 'end' },
    // @ts-expect-error a reset has no status
    { kind: 'reset', status: 500 },
  ];
  expect(faults).toHaveLength(3);
});

plain('callTools takes at least one call', () => {
  // @ts-expect-error the calls are missing
  expect(callTools([]).calls).toEqual([]);
  // @ts-expect-error say does not make a call
  expect(() => callTools([say('hi')])).toThrow(Error);
  // @ts-expect-error args are an object or raw text
  const wrong: ModelStep = callTool('look_up', 17);
  expect(wrong.calls).toHaveLength(1);
});

plain('a scenario of a wrong shape does not compile', () => {
  const steps = [user('x'), say('y')];
  // @ts-expect-error a scenario for a file has a name
  expect(() => defineScenario({ agent: triage, steps })).toThrow(TypeError);
  // @ts-expect-error expects is not a field
  expect(() => defineScenario({ name: 'x', agent: triage, steps, expects: {} })).toThrow(TypeError);
  // @ts-expect-error failed is not a stop reason: a rejected run has no stop reason
  expect(() => defineScenario({ name: 'x', agent: triage, steps, expect: { stopReason: 'failed' } })).toThrow(
    TypeError,
  );
  // @ts-expect-error toolErrors is "none" or a list
  expect(() => defineScenario({ name: 'x', agent: triage, steps, expect: { toolErrors: 'some' } })).toThrow(
    TypeError,
  );
  // @ts-expect-error the result has no content
  const results: Expectations = { toolResults: [{ tool: 'look_up' }] };
  expect(() => defineScenario({ name: 'x', agent: triage, steps, expect: results })).toThrow(TypeError);
  // @ts-expect-error an agent, not its name
  expect(() => defineScenario({ name: 'x', agent: 'Triage', steps })).toThrow(TypeError);
});

plain('optional fields of a scenario can be undefined', () => {
  const scenario: Scenario = {
    agent: triage,
    steps: [],
    maxTurns: undefined,
    tools: undefined,
    expect: undefined,
    check: undefined,
  };
  expect(Object.keys(scenario)).toHaveLength(6);
});

plain('a stub gets the context of a tool', () => {
  const scenario: Scenario = {
    agent: triage,
    steps: [],
    tools: {
      look_up: (_args, context: ToolContext) => context.toolCallId,
      close: 'done',
      count: 1,
      ok: true,
      list: [],
    },
  };
  // @ts-expect-error undefined is not a stub
  const wrong: Scenario = { ...scenario, tools: { look_up: undefined } };
  expect(wrong.agent).toBe(triage);
});

plain('an unknown transport does not compile', async () => {
  // @ts-expect-error pigeon is not a transport
  await expect(runScenario({ agent: triage, steps: [] }, { transport: 'pigeon' })).rejects.toThrow(TypeError);
});

plain('events are distinguished by their type', () => {
  const tools = run.trace.events.flatMap((event: TraceEvent) =>
    event.type === 'tool-result' ? [event.tool] : [],
  );
  // @ts-expect-error not every event has a tool
  expect(run.trace.events[0]?.tool).toBeUndefined();
  expect(tools).toHaveLength(4);
});

plain('a trace is read-only', () => {
  const write = () => {
    // @ts-expect-error the outcome is read
    run.trace.outcome = 'failed';
    // @ts-expect-error events are not added
    run.trace.events.push(run.trace.events[0]!);
  };
  expect(write).toThrow(TypeError);
});

plain('scenarioTest requires a scenario with a name', () => {
  // @ts-expect-error the tests share the name
  const wrong = () => scenarioTest({ agent: triage, steps: [] });
  expect(wrong).toBeInstanceOf(Function);
});

test('the script fixture makes a provider from steps', async ({ script }) => {
  const provider = script([say('hi')]);
  // @ts-expect-error a script is a list
  expect(() => script(say('hi'))).toThrow('must be a list');
  expect(provider.remaining).toBe(1);
  await provider.complete({ model: 'm', messages: [] });
});
