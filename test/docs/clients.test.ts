/** What `swarmcheck serve` prints in docs/guide-clients.md is real. */
import { readFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { Project } from '../cli/swarmcheck.ts';
import { Serving } from '../cli/serving.ts';
import { shownIn } from './shown.ts';

test('serve prints what the guide shows', async () => {
  const file = async (name: string) => await readFile(`.docs-tests/docs/guide-clients.md/${name}`, 'utf8');
  const scenario = 'scenarios/stock.scenario.ts';
  await using project = await Project.of({
    'stock.ts': await file('stock.ts'),
    [scenario]: await file(scenario),
  });
  await using serving = await Serving.start(project, [scenario, '--once']);

  const client = new OpenAI({ baseURL: serving.baseURL, apiKey: 'none' });
  const tools = [{ type: 'function' as const, function: { name: 'look_up' } }];
  const asked = { role: 'user' as const, content: 'Any rye?' };
  const { choices } = await client.chat.completions.create({ model: 'gpt-4o', messages: [asked], tools });
  const { message } = choices[0]!;
  const result = { role: 'tool' as const, tool_call_id: message.tool_calls![0]!.id, content: '12 left' };
  await client.chat.completions.create({ model: 'gpt-4o', messages: [asked, message, result], tools });

  const { code, stdout } = await serving.ended;
  expect(code).toBe(0);
  const [shown] = shownIn('docs/guide-clients.md');
  expect(stdout.trimEnd().replace(/:\d+\/v1/, ':8787/v1')).toBe(shown);
});
