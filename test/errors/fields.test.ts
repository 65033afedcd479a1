/** The fields of each error class: plain data without secrets. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  Agent,
  Conversation,
  InvalidCompletionError,
  openaiProvider,
  Swarm,
  tool,
  UsageError,
  type Tool,
} from 'swarmcheck';
import {
  CheckFailedError,
  checkAgent,
  relations,
  InvariantBrokenError,
  SavedFailureError,
} from 'swarmcheck/fast-check';
import { McpServerError, mcpTools, type McpClient } from 'swarmcheck/mcp';
import { BlockedRequestError } from 'swarmcheck/msw';
import {
  callTool,
  callTools,
  evaluate,
  EvaluationFailedError,
  EventLoopBlockedError,
  judge,
  JudgeError,
  runScenario,
  say,
  ScenarioFailedError,
  ScenarioTimeoutError,
  scriptedProvider,
  ScriptExhaustedError,
  ScriptMistakeError,
  ScriptNotFinishedError,
  sweepFaults,
  user,
  type Step,
} from 'swarmcheck/testing';
import { workerTool, WorkerToolError } from 'swarmcheck/worker';
import { fact } from '../../src/engine/values/error-facts.ts';
import { ToolSchemaError } from '../../src/engine/tools/arguments.ts';
import { checkInterleavings } from '../../src/property/interleavings.ts';
import { readFailure } from '../../src/property/check-agent/saved-failure.ts';
import { calledTool } from '../../src/scenario/assertions/tool-calls.ts';
import { BlockWatch } from '../../src/scenario/blocking.ts';
import { NoAgentError } from '../../src/scenario/made-agent.ts';
import { Arrivals } from '../../src/wire/arrivals.ts';

const secret = 'sk-proj-0123456789abcdefghij';
const look_up = tool({
  name: 'look_up',
  parameters: {
    type: 'object',
    properties: { orderId: { type: 'string' } },
    required: ['orderId'],
    additionalProperties: false,
  },
  execute: () => 'found',
});
const desk = new Agent({ name: 'Desk', functions: [look_up] });

/** Runs the agent with a scripted provider. */
const run = (steps: readonly Step[], agent = desk) =>
  new Swarm({ provider: scriptedProvider(steps) }).run({
    agent,
    messages: [{ role: 'user', content: 'Where is A-17?' }],
  });
/** Runs the agent with a provider that answers with this value. */
const runAnswered = (completion: unknown) => {
  const complete = () => Promise.resolve(completion as never);
  const provider = { complete, stream: complete as never };
  return new Swarm({ provider }).run({ agent: desk, messages: [] });
};
const failuresOf = async (steps: readonly Step[]) => {
  const { failures, error } = await runScenario({ agent: desk, steps: [...steps] });
  throw failures[0]?.cause ?? error;
};
/** A server that lists a tool, and does nothing else. */
const server: McpClient = {
  getServerVersion: () => ({ name: 'shop' }),
  listTools: () => Promise.resolve({ tools: [{ name: 'look_up', inputSchema: { type: 'object' } }] }),
  callTool: () => Promise.reject(Object.assign(new Error('late'), { code: 'REQUEST_TIMEOUT' })),
};
/** Calls a tool itself, outside a run, in which its error would be an answer. */
const execute = (called: Tool, args: object = {}) =>
  called.execute(args, { contextVariables: {}, signal: new AbortController().signal } as never);
const tools = new URL('../worker/modules/tools.ts', import.meta.url);

/** An agent whose tool has another result in every run. */
const unsteady = () => {
  let calls = 0;
  return new Agent({ name: 'Desk', functions: [tool({ name: 'count', execute: () => String(++calls) })] });
};
const inFile = (text: string, read: (file: string) => unknown) => {
  const folder = mkdtempSync(join(tmpdir(), 'errors-'));
  try {
    const file = join(folder, 'desk.json');
    writeFileSync(file, text);
    return read(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
/** The folder where checks save failures. */
const failures = mkdtempSync(join(tmpdir(), 'errors-'));
afterAll(() => rmSync(failures, { recursive: true }));

const circular: { itself?: object } = {};
circular.itself = circular;

type Case = [what: string, kind: new (...given: never[]) => Error, fail: () => unknown, fields: object];
const cases: Case[] = [
  [
    'a sweep of a scenario that fails',
    ScenarioFailedError,
    () =>
      sweepFaults({
        name: 'lost',
        agent: desk,
        steps: [user('Hi.'), say('Hello.')],
        expect: { finalMessage: 'Bye.' },
      }),
    { scenario: 'lost', failures: [expect.stringContaining('Bye.')] },
  ],
  [
    'interleavings of a scenario that fails',
    ScenarioFailedError,
    () => {
      const lost = { agent: desk, steps: [user('Hi.'), say('Hello.')], expect: { finalMessage: 'Bye.' } };
      return checkInterleavings([lost, lost]);
    },
    { failures: [expect.stringContaining('Bye.')] },
  ],
  [
    'a sweep of an agent that keeps state between plays',
    UsageError,
    () =>
      sweepFaults({
        name: 'counted',
        agent: unsteady(),
        steps: [user('Hi.'), callTool('count', {}), say('Done.')],
      }),
    { where: 'The scenario "counted"', field: 'agent', expected: expect.stringMatching(/^a factory/) },
  ],
  [
    'a request beyond the script',
    ScriptExhaustedError,
    () => run([callTool('look_up', { orderId: 'A-17' })]),
    { request: 2, answers: 1, lastRole: 'tool', agent: 'Desk' },
  ],
  [
    'a request where a user step is next',
    ScriptExhaustedError,
    () => failuresOf([user('Hi.'), callTool('look_up', { orderId: 'A-17' }), user('And?'), say('Sent.')]),
    { request: 2, step: 3, answers: 2, lastRole: 'tool', agent: 'Desk' },
  ],
  [
    'steps that are left over',
    ScriptNotFinishedError,
    () => failuresOf([user('Hi.'), say('Hello.'), say('Yes?'), say('Well?')]),
    { step: 3, remaining: 2 },
  ],
  [
    'steps that are left over by an app',
    ScriptNotFinishedError,
    () => {
      const arrivals = new Arrivals();
      arrivals.add({ method: 'GET', url: `http://models.invalid/v1/models?key=${secret}` })(
        Response.json({}),
      );
      const left = { how: 'Run 1 ended', step: 3, lines: ['say("Yes?")'] };
      throw new ScriptNotFinishedError(left).after(arrivals.came('http://models.invalid/v1'));
    },
    {
      step: 3,
      remaining: 1,
      requests: [{ method: 'GET', path: '/v1/models', status: 200, count: 1 }],
      address: 'http://models.invalid/v1',
    },
  ],
  [
    'a call of a tool that was not offered',
    ScriptMistakeError,
    () => run([callTool('lok_up')]),
    { step: 1, tool: 'lok_up', suggestion: 'look_up', known: ['look_up'], agent: 'Desk' },
  ],
  [
    'arguments that fail the schema',
    ScriptMistakeError,
    () => run([callTool('look_up', { orderId: 17 })]),
    { step: 1, tool: 'look_up', agent: 'Desk' },
  ],
  [
    'a malformed call',
    ScriptMistakeError,
    () => scriptedProvider([say('Hi.'), { calls: [{ tool: 'a' }, { tool: 'b', id: 7 as never }] }]),
    { step: 2, call: 2, field: 'id', given: 'the number 7', expected: 'a non-empty string' },
  ],
  [
    'a mistyped field of a step',
    ScriptMistakeError,
    () => scriptedProvider([{ say: 'Hi.', latency: 3 } as never]),
    {
      step: 1,
      field: 'latency',
      suggestion: 'latencyMs',
      known: [
        'user',
        'say',
        'calls',
        'refusal',
        'fault',
        'latencyMs',
        'usage',
        'finishReason',
        'hallucinated',
      ],
    },
  ],
  [
    'a call with an option that belongs to the step',
    ScriptMistakeError,
    () => callTools([callTool('a', {}, { latencyMs: 1 })]),
    { call: 1, field: 'latencyMs' },
  ],
  [
    'a user message other than the scripted one',
    ScriptMistakeError,
    () => run([user('Hello.'), say('Hi.')]),
    { step: 1, expected: 'Hello.', given: '"Where is A-17?"', agent: 'Desk' },
  ],
  [
    'a time limit',
    ScenarioTimeoutError,
    () => Promise.reject(new ScenarioTimeoutError('The scenario', 5000, 'the tool "look_up"')),
    { timeoutMs: 5000, awaited: 'the tool "look_up"' },
  ],
  [
    'a tool that blocks the event loop',
    EventLoopBlockedError,
    () => {
      using watch = new BlockWatch(250);
      const who = fact({ tool: 'hash' }, 'The tool "hash"');
      for (const ms of [300, 400]) watch.note(who, ms);
      throw watch.problems()[0]!;
    },
    { tool: 'hash', blockedMs: 400, blocks: 2, maxBlockMs: 250 },
  ],
  [
    'a broken relation',
    InvariantBrokenError,
    () =>
      relations['same-twice']({ agent: unsteady(), steps: [user('Hi.'), callTool('count'), say('Done.')] }),
    { invariant: 'same-twice' },
  ],
  [
    'concurrent conversations that affect each other',
    InvariantBrokenError,
    () => {
      let sum = 0;
      const agent = () =>
        new Agent({
          name: 'Desk',
          functions: [
            tool({ name: 'begin', execute: () => String((sum = 0)) }),
            tool({ name: 'add', execute: () => String((sum += 1)) }),
          ],
        });
      const scenario = () => ({
        agent: agent(),
        steps: [user('Hi.'), callTool('begin'), callTool('add'), callTool('add'), say('Done.')],
      });
      return checkInterleavings([scenario(), scenario()], { seed: 3 });
    },
    { invariant: 'interleaved-equals-solo', seed: 3, path: expect.any(String) as string },
  ],
  [
    'a check that fails',
    CheckFailedError,
    () =>
      checkAgent(desk, {
        always: { 'is never called': ({ trace }) => trace.toolCalls.length === 0 },
        contextVariables: { apiKey: secret },
        failures,
        seed: 2,
      }),
    {
      invariant: 'is never called',
      agent: 'Desk',
      seed: 2,
      path: expect.any(String) as string,
      steps: expect.arrayContaining([callTool('look_up', { orderId: '' })]) as Step[],
      source: expect.stringContaining('defineScenario') as string,
      file: expect.stringMatching(/desk-[\da-f]{8}\.json$/) as string,
      command: undefined,
    },
  ],
  [
    'a misspelt tool in an assertion',
    UsageError,
    async () => {
      const { trace } = await runScenario({ agent: desk, steps: [user('Hi.'), say('Hello.')] });
      calledTool(trace, 'lookup');
    },
    { tool: 'lookup', suggestion: 'look_up', known: ['look_up'] },
  ],
  [
    'an evaluation that does not pass',
    EvaluationFailedError,
    async () => {
      const provider = scriptedProvider([say('Well.')]);
      (await evaluate(desk, [{ input: 'Where is A-17?', expected: 'look_up' }], { provider })).assertPassed();
    },
    {
      agent: 'Desk',
      accuracy: 0,
      threshold: 1,
      caseThreshold: 0,
      failures: [expect.stringContaining('0 % of the answers are right') as string],
    },
  ],
  [
    'a judge that does not answer as asked',
    JudgeError,
    () => judge('Is it polite?', { provider: scriptedProvider([say('Yes.', { hallucinated: true })]) }),
    { problem: 'not-as-asked', question: 'Is it polite?', received: 'Yes.' },
  ],
  [
    'an MCP server without tools',
    McpServerError,
    () => mcpTools({ ...server, getServerCapabilities: () => ({}) }),
    { problem: 'no-tools', where: 'The MCP server "shop"' },
  ],
  [
    'an MCP server that does not answer',
    McpServerError,
    async () => await execute((await mcpTools(server, { timeoutMs: 20 }))[0]!),
    { problem: 'no-answer', timeoutMs: 20 },
  ],
  [
    'a misspelt export of a module for threads',
    WorkerToolError,
    () => execute(workerTool(tools, 'sqare')),
    {
      problem: 'no-function',
      file: 'test/worker/modules/tools.ts',
      field: 'sqare',
      suggestion: 'square',
      known: expect.arrayContaining(['square', 'never_answer']) as string[],
    },
  ],
  [
    'a function in a thread that takes too long',
    WorkerToolError,
    () => execute(workerTool(tools, 'never_answer', { timeoutMs: 30 })),
    { problem: 'no-answer', timeoutMs: 30 },
  ],
  [
    'an argument that no thread can be given',
    WorkerToolError,
    () => execute(workerTool(tools, 'square'), { n: () => 3 }),
    { problem: 'not-cloneable', field: 'n' },
  ],
  [
    'a saved failure that is not JSON',
    SavedFailureError,
    () => inFile('{ "version" 1 }', readFailure),
    { file: expect.stringMatching(/desk\.json$/) as string, line: 1, column: 13 },
  ],
  [
    'a saved failure with a wrong field',
    SavedFailureError,
    () => inFile('{ "version": "one" }', readFailure),
    {
      file: expect.stringMatching(/desk\.json$/) as string,
      field: 'version',
      given: 'the string "one"',
      expected: 'the number 1',
    },
  ],
  [
    'a request that would leave the machine',
    BlockedRequestError,
    () => Promise.reject(new BlockedRequestError('GET https://shop.invalid/', 'look_up', 'Mock it.')),
    { code: 'ECONNREFUSED', target: 'GET https://shop.invalid/', tool: 'look_up' },
  ],
  [
    'an answer without choices',
    InvalidCompletionError,
    () => runAnswered({ id: 'c', choices: [], created: () => 0 }),
    { reason: 'its list of choices is empty', received: { id: 'c', choices: [] } },
  ],
  [
    'an answer that JSON cannot hold',
    InvalidCompletionError,
    () => runAnswered(circular),
    { reason: 'it has no choices', received: 'object' },
  ],
  [
    'a schema with a $ref to a missing definition',
    ToolSchemaError,
    () => {
      const parameters = { type: 'object', properties: { size: { $ref: '#/$defs/Size' } } } as const;
      const paint = tool({ name: 'paint', parameters, execute: () => '' });
      const steps = [callTool('paint', '{"size":1}')];
      return run(steps, new Agent({ functions: [paint] }));
    },
    { tool: 'paint', field: 'parameters' },
  ],
  [
    'a factory that returns a string instead of an agent',
    NoAgentError,
    () => runScenario({ agent: (() => 'Desk') as never, steps: [user('Hi.'), say('Hello.')] }),
    { where: 'the scenario', given: 'the string "Desk"', expected: 'an Agent' },
  ],
  [
    'a mistyped option',
    UsageError,
    () => new Conversation({ swarm: new Swarm({ provider: scriptedProvider([]) }), agnt: desk } as never),
    {
      where: 'A Conversation',
      field: 'agnt',
      suggestion: 'agent',
      known: ['swarm', 'agent', 'messages', 'id', 'contextVariables'],
    },
  ],
  [
    'an option with an invalid value',
    UsageError,
    () => runScenario({ agent: desk, steps: [], maxTurns: 2.5 }),
    {
      where: 'The scenario',
      field: 'maxTurns',
      given: 'the number 2.5',
      expected: 'a whole number or Infinity',
    },
  ],
  [
    'an API key instead of a provider',
    UsageError,
    () => new Swarm({ provider: secret as never }),
    {
      where: 'The provider of a Swarm',
      given: 'a string',
      expected: 'the methods complete and stream',
    },
  ],
  [
    'an API key instead of options',
    UsageError,
    () => openaiProvider(secret as never),
    { where: 'openaiProvider', given: 'a string', expected: 'an OpenAI client or its options' },
  ],
  [
    'an API key instead of an agent',
    UsageError,
    () => run([], secret as never),
    {
      where: 'a run',
      field: 'agent',
      given: 'a string that looks like an API key',
      expected: 'an Agent',
    },
  ],
];

async function thrownBy(fail: () => unknown): Promise<Error> {
  try {
    await fail();
  } catch (error) {
    return error as Error;
  }
  throw new Error('Nothing was thrown.');
}

for (const [what, kind, fail, fields] of cases) {
  test(`${what}: ${kind.name} has the facts as fields of plain data`, async () => {
    const error = await thrownBy(fail);
    expect(error).toBeInstanceOf(kind);
    const all = Object.fromEntries(Object.entries(error));
    const { name: _name, ...own } = all;
    expect(own).toStrictEqual(fields);
    for (const text of [JSON.stringify(all), JSON.stringify(error)]) {
      // The fields hold nothing that JSON would leave out or change silently.
      expect(JSON.parse(text)).toEqual(all);
      expect(text).not.toContain(secret);
    }
  });
}

const page = readFileSync('docs/architecture.md', 'utf8').split('\n## Errors\n')[1]!.split('\n## ')[0]!;
const namesIn = (cell = '') => Array.from(cell.matchAll(/`(\w+)`/g), ([, name]) => name!);
/** The first column of both tables of the page: each class with its fields, and each field. */
const listed = new Map(
  page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, kind, fields]) => [namesIn(kind)[0], namesIn(fields)]),
);

test('the architecture page lists the fields of each class, and says what each means', () => {
  const missing = cases.flatMap(([, kind, , fields]) =>
    Object.keys(fields)
      .filter((field) => !listed.get(kind.name)?.includes(field) || !listed.has(field))
      .map((field) => `${kind.name}.${field}`),
  );
  expect(missing).toEqual([]);
});

test('the architecture page lists the fields of cassette errors, whose values test/cassette/errors.test.ts checks', () => {
  const [, ...classes] = readFileSync('src/cassette/cassette-errors.ts', 'utf8').split('export class ');
  const declared = classes.map((text) => [
    /^\w+/.exec(text)![0],
    Array.from(text.matchAll(/^ {2}declare readonly (\w+)/gm), ([, name]) => name!),
  ]);
  expect(declared).toHaveLength(5);
  expect(declared).toEqual(declared.map(([name]) => [name, listed.get(name as string)]));
  expect(declared.flatMap(([, fields]) => fields).filter((field) => !listed.has(field as string))).toEqual(
    [],
  );
});

test('a fact is explained once: classes that implement ErrorFacts take over its comments', () => {
  const declares = /( {2}\/\*\*(?:(?!\*\/)[^])*\*\/\n)? {2}(?:declare )?readonly (\w+)/g;
  const partOf = (text: string) =>
    Array.from(text.matchAll(declares), ([, comment, name]) => ({ name, comment }));
  const [, facts] = readFileSync('src/engine/values/error-facts.ts', 'utf8').split('export interface ');
  expect(partOf(facts!.split('\n}')[0]!).filter(({ comment }) => comment === undefined)).toEqual([]);
  const classes = [
    'src/engine/values/engine-errors.ts',
    'src/script/script-errors.ts',
    'src/property/check-agent/saved-failure.ts',
    'src/mcp/server-error.ts',
    'src/worker/worker-tool-error.ts',
  ]
    .flatMap((file) => readFileSync(file, 'utf8').split('export class ').slice(1))
    .filter((text) => text.includes('implements Partial<ErrorFacts>'));
  expect(classes).toHaveLength(5);
  const declared = classes.flatMap((text) => partOf(text.split('constructor(')[0]!));
  expect(declared.length).toBeGreaterThan(20);
  expect(declared.filter(({ comment, name }) => comment !== undefined && name !== 'name')).toEqual([]);
});
