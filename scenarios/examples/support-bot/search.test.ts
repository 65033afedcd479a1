import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { indexArticles, openHelpCenter, type HelpCenter } from './help-center.ts';

const folder = new URL('./articles/', import.meta.url);
const opened = openHelpCenter(folder);

const idsOf = ({ search }: HelpCenter, query: string, limit = 5) => search(query, limit).map(({ id }) => id);

/**
 * How people ask, and the article with the answer. If one is missed, an article probably lacks a word that people
 * use; more rarely, the search is bad.
 */
const questions = [
  ['How do I get the rehearsals into my phone calendar?', 'calendar'],
  ['The calendar shows the old time', 'calendar'],
  ["I can't log in any more, I don't know my password", 'forgotten-password'],
  ['forgoten pasword', 'forgotten-password'],
  ['Our rehearsal on Thursday does not take place, how do I call it off?', 'move-rehearsal'],
  ['How can a singer tell us that she will be away?', 'attendance'],
  ['Why do I get e-mails at night telling me to answer?', 'reminders'],
  ['How large may a PDF of a score be?', 'sheet-music'],
  ['What does it cost for forty singers?', 'invoices'],
  ['Does the accompanist have to pay?', 'invoices'],
  ['Who is allowed to see the invoices?', 'roles'],
  ['Treasurer moved away, who gets the bills now?', 'roles'],
  ['We want to stop paying and leave', 'end-plan'],
  ['Can I download everything as a spreadsheet?', 'export-data'],
  ['My new mail address is not accepted', 'change-email'],
  ['How do I add thirty people at once?', 'add-singers'],
  ['The invitation link says it is too old', 'add-singers'],
  ['We have too few tenors, where do I see that?', 'voices'],
  ['How long will our concert be with the interval?', 'concert-programme'],
] as const;

test.for(questions)('"%s" finds its answer in the first three articles: %s', async ([question, id]) => {
  expect(idsOf(await opened, question, 3)).toContain(id);
});

test('equally good matches are ranked by id, whatever the order of the files', () => {
  const articles = ['c', 'a', 'd', 'b'].map((id) => ({ id, title: 'Tuning', text: 'Take the fork.' }));
  for (const listed of [articles, articles.toReversed()])
    expect(idsOf(indexArticles(listed), 'tuning fork')).toEqual(['a', 'b', 'c', 'd']);
});

test('a word counts more in a title than in a text', () => {
  const articles = [
    { id: 'a', title: 'Chairs', text: 'Fees are fees.' },
    { id: 'b', title: 'Fees', text: 'Chairs are chairs.' },
  ];
  const helpCenter = indexArticles(articles);
  expect(idsOf(helpCenter, 'fees')).toEqual(['b', 'a']);
  expect(idsOf(helpCenter, 'chairs')).toEqual(['a', 'b']);
});

test('a search matches prefixes, and tolerates one wrong letter in five', async () => {
  expect(idsOf(await opened, 'calend', 1)).toEqual(['calendar']);
  expect(idsOf(await opened, 'calemdar', 1)).toEqual(['calendar']);
});

test('a short word must be spelled correctly', async () => {
  expect((await opened).read('forgotten-password').text).toContain('send');
  expect(idsOf(await opened, 'zend')).toEqual([]);
});

test('words without meaning for the topic find nothing', async () => {
  expect((await opened).read('attendance').text).toMatch(/\byou can\b/i);
  expect(idsOf(await opened, 'How do I do that, and what can you do?')).toEqual([]);
});

test('a search returns at most as many articles as its limit', async () => {
  expect(idsOf(await opened, 'link', 2)).toEqual(idsOf(await opened, 'link').slice(0, 2));
});

/** A copy of the articles that a test may change. */
async function copyArticles(lineEnd = '\n'): Promise<{ path: string; copy: URL }> {
  const path = await mkdtemp(join(tmpdir(), 'support-bot-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  for (const name of await readdir(folder)) {
    const text = await readFile(new URL(name, folder), 'utf8');
    await writeFile(join(path, name), text.split(/\r?\n/).join(lineEnd));
  }
  return { path, copy: pathToFileURL(path) };
}

test('articles with Windows line endings are equal', async () => {
  const { path, copy } = await copyArticles('\r\n');
  const [there, here] = [await openHelpCenter(copy), await opened];
  const ids = (await readdir(path)).map((name) => name.replace('.md', ''));
  expect(ids).toHaveLength(14);
  for (const id of ids) expect(there.read(id)).toEqual(here.read(id));
  for (const [question] of questions) expect(there.search(question, 14)).toEqual(here.search(question, 14));
});

test('an open help center reads no more files, whatever the id', async () => {
  const { path, copy } = await copyArticles();
  const { read } = await openHelpCenter(copy);
  await writeFile(join(path, 'secret.md'), '# Secret\n\nNobody asks for this.');
  expect(() => read('secret')).toThrow('There is no article "secret". There are: add-singers, attendance, ');
  await rm(path, { recursive: true });
  expect(read('voices').title).toBe('Voices, and how many of each will come');
});

test('a folder without articles and a malformed article are errors', async () => {
  const { path, copy } = await copyArticles();
  await writeFile(join(path, 'notes.txt'), 'This is not looked at.');
  await expect(openHelpCenter(copy)).resolves.toHaveProperty('read');
  await writeFile(join(path, 'untitled.md'), 'No title.');
  await expect(openHelpCenter(copy)).rejects.toThrow(
    'untitled.md is no article. It has to begin with "# " and a title, and go on with a text.',
  );
  for (const name of await readdir(path)) await rm(join(path, name));
  await expect(openHelpCenter(copy)).rejects.toThrow(`There are no articles in ${path}`);
  await rm(path, { recursive: true });
  await expect(openHelpCenter(copy)).rejects.toThrow(`The folder of articles cannot be read: ${path}`);
});
