/**
 * `swarmcheck record` and `swarmcheck replay`: the files that they write and the changes that they print contain no
 * secret.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { command } from '../../cli/recorded-project.ts';
import { Project } from '../../cli/swarmcheck.ts';
import { complete, serve } from '../../support/loopback.ts';
import { asking, completion, saying } from '../../support/completions.ts';
import { leaksInTexts } from './leaks.ts';
import { allSecrets } from './secrets.ts';

const secrets = allSecrets('now');
const others = allSecrets('later');
const key = ['sk', 'proj', 'k'.repeat(40)].join('-');

const source = ({ text, data }: typeof secrets, more = '') => `
import { Agent, tool } from 'swarmcheck';
import { defineScenario, user } from 'swarmcheck/testing';

const act = tool({ name: 'act', parameters: { type: 'object', additionalProperties: true }, execute: () => (${JSON.stringify(data)}) });
const agent = new Agent({ name: 'Desk', instructions: ${JSON.stringify(text + more)}, functions: [act] });
export default defineScenario({ name: 'desk', agent, steps: [user(${JSON.stringify(text + more)})] });
`;

test.for([[], ['--stream']])(
  'a recording and its replay show no secret, with the flags %j',
  async (flags) => {
    await using project = await Project.of({ 'desk.scenario.ts': source(secrets) });
    const call = { id: 'call_1', function: { name: 'act', arguments: JSON.stringify(secrets.data) } };
    using model = await serve(complete(completion(asking(call))), complete(saying(secrets.text)));
    const recorded = await command(project, ['record', 'desk.scenario.ts', '--json', ...flags], {
      OPENAI_API_KEY: key,
      OPENAI_BASE_URL: model.options.baseURL,
    });
    expect([recorded.code, recorded.stderr.includes('rror')]).toEqual([0, false]);
    const folder = join(project.folder, 'fixtures/cassettes');
    const files = await Promise.all(
      (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')),
    );
    expect(files).toHaveLength(1);
    expect(leaksInTexts([...files, recorded.stdout], [...secrets.values, key])).toEqual([]);

    await project.write({ 'desk.scenario.ts': source(others) });
    expect((await command(project, ['replay'])).stdout).toContain('exact, 2 interactions');

    await project.write({ 'desk.scenario.ts': source(others, '\nAnd more.') });
    for (const format of [[], ['--json']]) {
      const { code, stdout, stderr } = await command(project, ['replay', ...format]);
      expect([code, stdout.includes('And more.')]).toEqual([1, true]);
      expect(leaksInTexts([stdout, stderr], [...secrets.values, ...others.values])).toEqual([]);
    }
  },
);
