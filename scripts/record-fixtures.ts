/**
 * Records fixtures/cassettes again: from a model on loopback in its own process, through the real client, with the
 * commands and environment variables that users have. Run it with `npm run fixtures`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const recorded: [file: string, ...flags: string[]][] = [
  ['scenarios/recorded/refund.scenario.ts'],
  ['scenarios/recorded/library-desk.scenario.ts', '--stream'],
  ['scenarios/recorded/busy-model.scenario.ts'],
  ['scenarios/recorded/side-by-side.scenario.ts'],
  ['scenarios/clients/openai-agents-app.scenario.ts', '--out', 'fixtures/cassettes/openai-agents-app.json'],
  example('airline', 'journey'),
  example('basic', 'agent-handoff'),
  example('personal-shopper', 'a-visit'),
  example('support-bot', 'conversation'),
  example('triage', 'changes-her-mind'),
  example('weather', 'weather-by-mail'),
];

/** The arguments that record the cassette of an example app. */
function example(app: string, scenario: string): [file: string, ...flags: string[]] {
  const out = `fixtures/cassettes/examples/${app}.json`;
  return [`scenarios/examples/${app}/${scenario}.scenario.ts`, '--out', out];
}

function run(command: string, args: string[], env: Record<string, string> = {}): void {
  console.log(`- ${[command, ...args].join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) throw new Error(`${command} ended with ${status}.`);
}

const server = spawn('npx', ['--no', '--', 'tsx', 'scripts/model/server.ts'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
});
try {
  const [printed] = (await once(server.stdout, 'data')) as [Buffer];
  const url = printed.toString().trim();
  for (const [file, ...flags] of recorded)
    run('npx', ['--no', '--', 'tsx', 'src/cli/main.ts', 'record', file, '--base-url', url, ...flags]);
  run('npx', ['--no', '--', 'vitest', 'run', 'scenarios/recorded', 'scenarios/examples', '.docs-tests'], {
    SWARMCHECK_RECORD: 'all',
    OPENAI_BASE_URL: url,
    OPENAI_API_KEY: 'none',
  });
} finally {
  process.kill(-server.pid!);
}
