/** Generated conversations, and functions that play and record them. */
import fc from 'fast-check';
import type { CompletionProvider } from 'swarmcheck';
import {
  callTool,
  callTools,
  modelFails,
  recordingProvider,
  refuse,
  runScenario,
  say,
  scriptedProvider,
  user,
  type CallStep,
  type Fault,
  type ModelStep,
  type Scenario,
  type ScenarioRun,
  type Step,
} from 'swarmcheck/testing';
import { agents } from '../support/two-agents.ts';

const keys = fc.constantFrom('a', 'b', '__proto__', 'constructor');
const texts = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    'two\nlines',
    'ann@example.com',
    'at 2026-11-27T08:00:00Z',
    '',
    '{"password":"hunter22","n":[1,2]}',
  ),
);
const calls: fc.Arbitrary<CallStep> = fc.oneof(
  fc.constantFrom('move', 'move', 'fail', 'odd').map((name) => callTool(name)),
  fc
    .tuple(keys, fc.jsonValue({ maxDepth: 1 }))
    .map(([key, value]) => callTool('set', JSON.stringify({ key, value }))),
  texts.map((value) => callTool('write', { key: 'b', value })),
  keys.map((key) => callTool('drop', { key })),
  fc
    .tuple(fc.constantFrom('set', 'nothing'), fc.string({ maxLength: 6 }))
    .map(([name, rawArgs]) => callTool(name, rawArgs)),
);
const turns: fc.Arbitrary<ModelStep> = fc
  .tuple(fc.array(calls, { minLength: 1, maxLength: 4 }), fc.option(texts, { nil: undefined }), fc.boolean())
  .map(([[one, ...more], content, counts]) =>
    callTools([one!, ...more], {
      ...(content !== undefined && { say: content }),
      ...(counts && { usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }),
    }),
  );
const faults: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'status', status: 429, retryAfterMs: 5 },
  { kind: 'status', status: 500, body: null },
  { kind: 'status', status: 400, body: { error: { message: 'write to ann@example.com' } } },
  { kind: 'status', status: 502, body: 'Bad gateway' },
  { kind: 'reset' },
);
const damages: fc.Arbitrary<Fault> = fc.constantFrom<Fault>(
  { kind: 'cut', afterChunks: 1, by: 'error' },
  { kind: 'cut', afterChunks: 1, by: 'end' },
  { kind: 'no-finish-reason' },
  { kind: 'empty-choices' },
  { kind: 'missing-choices' },
  { kind: 'malformed-json' },
  { kind: 'html' },
  { kind: 'bad-frame', afterChunks: 1 },
);
const endings: fc.Arbitrary<ModelStep> = fc.oneof(
  { weight: 6, arbitrary: texts.map((content) => say(content)) },
  { weight: 2, arbitrary: texts.map((refusal) => refuse(refusal)) },
  { weight: 2, arbitrary: faults.map((fault) => modelFails(fault)) },
  { weight: 2, arbitrary: damages.map((fault) => say('some text', { fault })) },
);
const run: fc.Arbitrary<Step[]> = fc
  .tuple(texts, fc.array(turns, { maxLength: 3 }), endings)
  .map(([said, list, ending]) => [user(said), ...list, ending]);
/**
 * A replay knows only the secrets that requests contained. So the user first says every secret that the model may
 * say.
 */
const secrets: Step[] = [user('{"mail":"ann@example.com","password":"hunter22"}'), say('I see.')];
const scripts = fc.array(run, { minLength: 1, maxLength: 3 }).map((runs) => [...secrets, ...runs.flat()]);

export const scenarios = fc.record({
  steps: scripts,
  maxTurns: fc.constantFrom(100, 100, 100, 1, 2),
  executeTools: fc.constantFrom(true, true, true, false),
});
export const ways = fc.record({
  transport: fc.constantFrom('in-process' as const, 'http' as const),
  stream: fc.boolean(),
});

export type Way = typeof ways extends fc.Arbitrary<infer Value> ? Value : never;

export const scenarioOf = (parts: Pick<Scenario, 'steps' | 'maxTurns' | 'executeTools'>): Scenario => ({
  ...parts,
  agent: agents,
  contextVariables: { a: 'ann@example.com', n: 0 },
});

export async function play(scenario: Scenario, provider: CompletionProvider, way: Way): Promise<ScenarioRun> {
  return await runScenario(scenario, { provider, ...way });
}

/** The parts that are equal in two equal runs. */
export const seen = ({ trace, response, error }: ScenarioRun) => ({
  hash: trace.hash,
  outcome: trace.outcome,
  messages: response?.messages,
  contextVariables: response?.contextVariables,
  usage: trace.events.map((event) => event.type === 'model-response' && event.usage),
  error: error && [Object.getPrototypeOf(error)?.constructor?.name, (error as { status?: unknown }).status],
});

/**
 * A model that answers from the script, whatever the user says. A run may stop early; the next run gets the answers
 * that are left.
 */
export const modelOf = ({ steps }: Scenario) =>
  scriptedProvider([
    ...steps.filter((step) => !('user' in step)),
    ...Array.from({ length: 20 }, () => say('That is all.')),
  ]);

export async function recorded(scenario: Scenario, cassette: string, way: Way): Promise<ScenarioRun> {
  await using provider = recordingProvider(modelOf(scenario), { cassette });
  return await play(scenario, provider, way);
}
