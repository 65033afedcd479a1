import { say } from 'swarmcheck/testing';
import { textOf } from '../../src/trace/format.ts';
import { complete, json, serve } from '../support/loopback.ts';
import { saying } from '../support/completions.ts';
import { runAndReadVitest, toldOf, type VitestRun, type VitestSetting } from '../support/run-vitest.ts';
import { Folder } from '../cassette/folder.ts';
import { record, Talk } from '../cassette/replay/tapes.ts';

/** What is in fixtures/cassettes after the tests. */
export type Kept = Record<string, { interactions: number[]; isAsBefore: boolean }>;

/** A recording of one conversation with these questions; the n-th answer is `answer n`. */
export async function recordingOf(...questions: string[]): Promise<string> {
  using folder = new Folder();
  const answers = questions.map((_question, index) => say(`answer ${index + 1}`));
  await record(folder.file(), answers, async (provider) => {
    const talk = new Talk(provider);
    for (const question of questions) await talk.ask(question);
  });
  return folder.read();
}

/**
 * The beginning of nested test files: `live` makes a provider with these answers, `talk` asks in one conversation.
 */
export const head = `
import { say, scriptedProvider } from 'swarmcheck/testing';
import { test } from 'swarmcheck/vitest';
import { afterAll, describe, expect, vi } from 'vitest';

const live = (...texts) => scriptedProvider(texts.map((text) => say(text)));
async function talk(provider, ...questions) {
  const messages = [];
  for (const content of questions) {
    messages.push({ role: 'user', content });
    const { choices } = await provider.complete({ model: 'm', messages: [...messages] });
    messages.push(choices[0].message);
  }
  return messages.filter(({ role }) => role === 'assistant').map(({ content }) => content);
}
`;

/** A setup file that writes the cassettes before the tests, and prints the content of their folder after them. */
const setupOf = (cassettes: Record<string, string>) => `
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

const cassettes = ${JSON.stringify(cassettes)};
const folder = 'fixtures/cassettes';
for (const [name, text] of Object.entries(cassettes)) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
afterAll(() => {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }) : [];
  const kept = {};
  for (const file of files.filter((file) => file.isFile())) {
    const name = join(file.parentPath, file.name).slice(folder.length + 1);
    const text = readFileSync(join(folder, name), 'utf8');
    const interactions = name.endsWith('.json') ? JSON.parse(text).lanes.map((lane) => lane.interactions.length) : [];
    kept[name] = { interactions, isAsBefore: text === cassettes[name] };
  }
  console.log('KEPT ' + JSON.stringify(kept));
});
`;

/**
 * Runs tests in a nested Vitest, where `a.case.ts` finds these cassettes (path below fixtures/cassettes to text). The
 * key, the base URL and the record mode are unset, unless the setting has them.
 */
export async function runWithCassettes(
  source: string,
  cassettes: Record<string, string> = {},
  setting: VitestSetting = {},
): Promise<VitestRun & { kept: Kept }> {
  const none = { CI: '', SWARMCHECK_RECORD: '', OPENAI_API_KEY: '', OPENAI_BASE_URL: '' };
  const run = await runAndReadVitest(head + source, {
    ...setting,
    environment: { ...none, ...setting.environment },
    files: { 'put-cassettes.ts': setupOf(cassettes), ...setting.files },
    setupFiles: ['put-cassettes.ts', ...(setting.setupFiles ?? [])],
  });
  // Each file prints them; the last one shows the end result.
  const printed = [...run.printed.matchAll(/^KEPT (.*)$/gm)].at(-1);
  if (!printed) throw new Error(`The nested run printed no cassettes: ${run.printed}`);
  return { ...run, kept: JSON.parse(printed[1]!) as Kept };
}

/**
 * The same with a key, and a model on loopback that says `live: …`, or fails if the question is a status. Also
 * returns the histories that the model was asked to continue.
 */
export async function runWithModel(
  source: string,
  cassettes: Record<string, string>,
  setting: VitestSetting,
) {
  const answer: Parameters<typeof serve>[0] = (exchange) => {
    const text = textOf(exchange.body.messages.at(-1)?.content);
    if (/^\d+$/.test(text)) json(exchange.response, Number(text), { error: { message: 'Not today.' } });
    else complete(saying(`live: ${text}`))(exchange);
  };
  using model = await serve(...Array.from({ length: 50 }, () => answer));
  const environment = { OPENAI_API_KEY: 'sk-none', OPENAI_BASE_URL: model.options.baseURL };
  const run = await runWithCassettes(source, cassettes, {
    ...setting,
    environment: { ...environment, ...setting.environment },
  });
  const asked = model.exchanges.map(({ body }) =>
    body.messages.map(({ content }) => textOf(content)).join(' | '),
  );
  return { ...run, asked, told: (name: string) => toldOf(run.outcomes, name) };
}
