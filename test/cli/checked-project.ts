/** A project with agents to check. A comment in each source says what its agent does wrong. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Project } from './swarmcheck.ts';

const desk = `
import { Agent, Result, tool } from 'swarmcheck';

// Until FIXED is set a refund is issued to anybody.
export const triage = () => {
  const refunds = new Agent({
    name: 'Refunds',
    functions: [
      tool({ name: 'verify', execute: () => new Result({ value: 'verified', contextVariables: { verified: true } }) }),
      tool({
        name: 'issue_refund',
        parameters: { type: 'object', properties: { amount: { type: 'number' } }, required: ['amount'] },
        execute: ({ amount }, { contextVariables }) =>
          !process.env.FIXED || contextVariables.verified ? 'refunded ' + amount : 'Verify first.',
      }),
    ],
  });
  return new Agent({ name: 'Triage', functions: [function transfer_to_refunds() { return refunds; }] });
};
export const agent = triage();
const calls = (run, name) => run.trace.toolCalls.filter(({ tool }) => tool === name);
export const checked = {
  agent: triage,
  maxTurns: 12,
  always: {
    'refunds are for the verified'(run) {
      const [refund] = calls(run, 'issue_refund').filter(({ content }) => content.startsWith('refunded'));
      if (refund && calls(run, 'verify').length === 0) throw new Error('Refunded to somebody unknown.');
    },
  },
  sometimes: { 'a refund is asked for': (run) => calls(run, 'issue_refund').length > 0 },
};
`;

const app = `
import { externalAgent } from 'swarmcheck/testing';

const pay = { type: 'function', function: { name: 'pay', parameters: { type: 'object', properties: {} } } };
// Until FIXED is set it answers the first call of a turn only.
export default externalAgent(async ({ messages, fetch, baseURL }) => {
  const all = [...messages];
  for (;;) {
    const response = await fetch(baseURL + '/chat/completions', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', messages: all, tools: [pay] }),
    });
    const { message } = (await response.json()).choices[0];
    all.push(message);
    if (!message.tool_calls) return message.content;
    const calls = process.env.FIXED ? message.tool_calls : message.tool_calls.slice(0, 1);
    for (const { id } of calls) all.push({ role: 'tool', tool_call_id: id, content: 'paid' });
  }
});
`;

/** A project with the agents and additional files (name to text). */
export function checkedProject(more: Record<string, string> = {}): Promise<Project> {
  return Project.of({ 'desk.ts': desk, 'app.ts': app, ...more });
}

/** The environment in which the agents do nothing wrong. */
export const fixed = { FIXED: '1' };

/** The paths of the saved failures, relative to the project folder. */
export async function savedFiles({ folder }: Project): Promise<string[]> {
  const files = await readdir(join(folder, 'fixtures/failures')).catch((): string[] => []);
  return files.toSorted().map((file) => `fixtures/failures/${file}`);
}

/** The arguments of the `npx swarmcheck run` command that a message prints for a failure. */
export function commandIn(message: string): string[] {
  return /^ {2}npx swarmcheck (run \S+)$/m.exec(message)![1]!.split(' ');
}
