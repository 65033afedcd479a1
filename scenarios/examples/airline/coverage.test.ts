import { Agent, Result, type AgentFunction } from 'swarmcheck';
import { runScenario, type Scenario, type ScenarioRun } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { expect } from 'vitest';
import { triage } from './agents.ts';
import flightRefunded from './flight-refunded.scenario.ts';

declare global {
  interface ImportMeta {
    /** A function of vite, which comes with vitest. */
    glob<Default>(pattern: string, options: { eager: true; import: 'default' }): Record<string, Default>;
  }
}

const scenarios = import.meta.glob<Scenario>('./*.scenario.ts', { eager: true, import: 'default' });

const speaks = (agent: string) => `${agent} speaks`;
const calls = (agent: string, tool: string) => `${agent} calls ${tool}`;
const handsOff = (from: string, to: string) => `${from} hands off to ${to}`;

/**
 * The agent that a function hands off to, if any. A plain function without parameters can only hand off, so it is
 * called; a tool, or a function of the context variables, would have to be run.
 */
function destinationOf(given: AgentFunction): Agent | undefined {
  if (typeof given !== 'function' || given.length > 0) return undefined;
  const returned: unknown = given({});
  if (returned instanceof Agent) return returned;
  return returned instanceof Result ? returned.agent : undefined;
}

/** Everything that the agents can do: who can speak, which tools each can call, and to whom each can hand off. */
function abilitiesFrom(first: Agent): string[] {
  const agents = new Set([first]);
  const abilities: string[] = [];
  // Iterating over a Set also visits the agents that are added meanwhile.
  for (const { name, functions } of agents) {
    abilities.push(speaks(name));
    for (const one of functions) {
      abilities.push(calls(name, one.name));
      const destination = destinationOf(one);
      if (!destination) continue;
      abilities.push(handsOff(name, destination.name));
      agents.add(destination);
    }
  }
  return abilities;
}

/** What the agents did in a run. A call that was refused or interrupted does not count. */
function doneIn({ trace: { events, toolCalls, handoffs } }: ScenarioRun): string[] {
  return [
    ...events.flatMap((event) =>
      event.type === 'model-response' && event.message.content ? speaks(event.agent) : [],
    ),
    ...toolCalls.flatMap(({ agent, tool, error }) => (error ? [] : calls(agent, tool))),
    ...handoffs.map(({ from, to }) => handsOff(from, to)),
  ];
}

/** The same for several scenarios. A failing scenario covers nothing. */
async function doneBy(played: readonly Scenario[]): Promise<Set<string>> {
  const runs = await Promise.all(played.map((scenario) => runScenario(scenario)));
  return new Set(runs.filter(({ passed }) => passed).flatMap(doneIn));
}

test('the scenarios cover every agent, call and handoff', async () => {
  const done = await doneBy(Object.values(scenarios));
  expect(abilitiesFrom(triage).filter((ability) => !done.has(ability))).toEqual([]);
});

test('the scenarios do nothing that the agents do not declare, such as a handoff by a tool', async () => {
  const abilities = abilitiesFrom(triage);
  const done = await doneBy(Object.values(scenarios));
  expect([...done].filter((ability) => !abilities.includes(ability))).toEqual([]);
});

test('an uncovered call is named, even if other scenarios ask for it and it is refused or interrupted', async () => {
  const { './flight-refunded.scenario.ts': _left, ...others } = scenarios;
  const done = await doneBy(Object.values(others));
  expect(abilitiesFrom(triage).filter((ability) => !done.has(ability))).toEqual([
    'Flight Cancel calls initiate_refund',
  ]);
});

test('a failing scenario covers nothing', async () => {
  const failing = { ...flightRefunded, expect: { finalMessage: 'what nobody says' } };
  expect([...(await doneBy([failing]))]).toEqual([]);
});
