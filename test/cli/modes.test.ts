import { expect, test, vi } from 'vitest';
import { Project, scenarioSource } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

/** A scenario whose tool counts its calls across all plays. */
const remembers = scenarioSource('remembers', {
  top: 'let plays = 0;',
  execute: '`play ${++plays}`',
});

test('--stream plays streamed, with the same hash', async () => {
  await using project = await Project.of({ 'a.scenario.ts': scenarioSource('once') });
  const whole = await project.swarmcheck(['run', 'a.scenario.ts', '--json']);
  const streamed = await project.swarmcheck(['run', 'a.scenario.ts', '--json', '--stream']);
  const hash = ({ stdout }: { stdout: string }) =>
    (JSON.parse(stdout) as { scenarios: { hash: string }[] }).scenarios[0]!.hash;
  expect(streamed.code).toBe(0);
  expect(hash(streamed)).toBe(hash(whole));
});

test('--stream streams the answer: one that is cut off after a chunk fails the run', async () => {
  const source = scenarioSource('cut').replace("say('hello')", 'cut');
  const top = `const cut = { say: 'hello', fault: { kind: 'cut', afterChunks: 1, by: 'end' } };\n`;
  await using project = await Project.of({ 'a.scenario.ts': top + source });
  const { stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--stream']);
  expect(stdout).toContain('InvalidCompletionError');
});

test('--all-modes plays each scenario in every play mode, and says how many there are', async () => {
  await using project = await Project.of({ 'a.scenario.ts': scenarioSource('once') });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--all-modes']);
  expect(stdout).toMatch(/^✓ once {2}Desk: .* \(completed, 2 turns\), \d play modes with the same hash\n/);
  expect(code).toBe(0);
});

test('--all-modes with --json has the hash of each play mode', async () => {
  await using project = await Project.of({ 'a.scenario.ts': scenarioSource('once') });
  const { stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--all-modes', '--json']);
  const [scenario] = (JSON.parse(stdout) as { scenarios: { hash: string; modes: object[] }[] }).scenarios;
  expect(scenario!.modes).toHaveLength(4);
  expect(scenario!.modes).toContainEqual({
    transport: 'in-process',
    stream: false,
    passed: true,
    hash: scenario!.hash,
  });
  expect(scenario!.modes).toContainEqual({
    transport: 'http',
    stream: true,
    passed: true,
    hash: scenario!.hash,
  });
});

test('a failure in every play mode is reported once', async () => {
  const source = scenarioSource('once', { expectations: "{ finalMessage: 'goodbye' }" });
  await using project = await Project.of({ 'a.scenario.ts': source });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--all-modes']);
  expect(stdout.match(/Expected the final message/g)).toHaveLength(1);
  expect(code).toBe(1);
});

test('a failure in one play mode is reported with that mode', async () => {
  const source = remembers.replace(
    'expect: {},',
    "check: (run) => { if (run.trace.toolCalls[0].content !== 'play 1') throw new Error('not the first'); },",
  );
  await using project = await Project.of({ 'a.scenario.ts': source });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--all-modes']);
  expect(stdout).toContain('Played over HTTP, streamed: The check failed: not the first');
  expect(stdout).not.toContain('Played in process, unstreamed');
  expect(code).toBe(1);
});

test('different traces are a failure, reported with the difference and its usual cause', async ({
  expect,
}) => {
  await using project = await Project.of({ 'a.scenario.ts': remembers });
  const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--all-modes']);
  expect(stdout).toMatchInlineSnapshot(`
    "✗ remembers  Desk: look_up() ⇒ play 1, says “hello” (completed, 2 turns)
      a.scenario.ts
        Played in process, streamed; over HTTP, unstreamed; over HTTP, streamed: the trace differs from the one played in process, unstreamed. Do the agents or tools keep state between plays? Use a factory, agent: () => …, that creates new agents for each play. (- in process, unstreamed, + in process, streamed)
        The traces differ at event 3 (tool-result, run 1, turn 1), in content:
        -play 1
        +play 2


    1 scenario: 0 passed, 1 failed
    "
  `);
  expect(code).toBe(1);
});

test('a scenario whose factory makes new agents for each play has the same trace in every mode', async () => {
  const source = scenarioSource('anew', {
    agent:
      '() => { let plays = 0; return new Agent({ functions: [function look_up() { return `play ${++plays}`; }] }); }',
  });
  await using project = await Project.of({ 'a.scenario.ts': source });
  expect((await project.swarmcheck(['run', 'a.scenario.ts', '--all-modes'])).code).toBe(0);
});

test('--transport http leaves the same hash', async () => {
  await using project = await Project.of({ 'a.scenario.ts': scenarioSource('once') });
  const play = async (...flags: string[]) => {
    const { code, stdout } = await project.swarmcheck(['run', 'a.scenario.ts', '--json', ...flags]);
    const [scenario] = (JSON.parse(stdout) as { scenarios: { hash: string }[] }).scenarios;
    return [code, scenario!.hash];
  };
  expect(await play('--transport', 'http')).toEqual(await play());
});

test('with --transport http, the openai client parses the body', async () => {
  const source = scenarioSource('broken').replace("say('hello')", 'broken');
  const top = `const broken = { say: 'hello', fault: { kind: 'malformed-json' } };\n`;
  await using project = await Project.of({ 'a.scenario.ts': top + source });
  const told = async (...flags: string[]) =>
    (await project.swarmcheck(['run', 'a.scenario.ts', ...flags])).stdout;
  // Only what parses the body can say where it ends.
  const parsed = /it is not JSON\. Received: .*JSON/;
  const scripted = 'it is not JSON. Received: (scripted fault: malformed-json)';
  const [overHttp, inProcess] = [await told('--transport', 'http'), await told()];
  expect([parsed.test(overHttp), overHttp.includes(scripted)]).toEqual([true, false]);
  expect([parsed.test(inProcess), inProcess.includes(scripted)]).toEqual([false, true]);
});

test('an unknown transport is a usage error', async () => {
  await using project = await Project.of({ 'a.scenario.ts': scenarioSource('once') });
  const { code, stderr } = await project.swarmcheck(['run', 'a.scenario.ts', '--transport', 'htp']);
  expect(stderr).toMatch('Allowed choices are in-process, http.');
  expect(code).toBe(2);
});

test('--all-modes with --stream is a usage error', async () => {
  await using project = await Project.of({ 'a.scenario.ts': scenarioSource('once') });
  const { code, stderr } = await project.swarmcheck(['run', 'a.scenario.ts', '--all-modes', '--stream']);
  expect(stderr).toMatch("option '--all-modes' cannot be used with option '--stream'");
  expect(code).toBe(2);
});
