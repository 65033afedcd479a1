/** The decisions have one form, and the list of them is complete. Every line of a failure says what to do. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const folder = 'docs/decisions';
const list = join(folder, 'README.md');

interface Decision {
  file: string;
  text: string;
  date: string | undefined;
  heading: string | undefined;
  /** The sections, in order. */
  sections: string[];
  isSuperseded: boolean;
}

function decisionOf(file: string): Decision {
  const text = readFileSync(join(folder, file), 'utf8');
  return {
    file,
    text,
    date: /^(\d{4}-\d\d-\d\d)-[a-z\d]+(?:-[a-z\d]+)*\.md$/.exec(file)?.[1],
    heading: /^# (.+)\n/.exec(text)?.[1],
    sections: [...text.matchAll(/^## (.+)$/gm)].map(([, name]) => name!),
    isSuperseded: /^Superseded by /m.test(text),
  };
}

const decisions = readdirSync(folder)
  .filter((file) => file !== 'README.md')
  .toSorted()
  .map(decisionOf);

/** Whether a text is the date of a day in the calendar. */
function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
}

test('the name of a decision begins with its date', () => {
  const wrong = decisions
    .filter(({ date }) => date === undefined || !isDay(date))
    .map(({ file }) => `${folder}/${file}: Name it YYYY-MM-DD-short-name.md, in small letters.`);
  expect(wrong).toEqual([]);
});

test('a decision has a heading, a context and a decision', () => {
  const wrong = decisions.flatMap(({ file, heading, sections }) => [
    ...(heading === undefined
      ? [`${folder}/${file}: Begin it with "# ", and the decision as a sentence.`]
      : []),
    ...(/^Context,Decision(,Rejected)?$/.test(sections.join())
      ? []
      : [`${folder}/${file}: Its sections must be Context, Decision and, if needed, Rejected.`]),
  ]);
  expect(wrong).toEqual([]);
});

test('each section has a text', () => {
  const wrong = decisions
    .filter(({ text }) => /^## .+\n+(?:## |$(?![^]))/m.test(text))
    .map(({ file }) => `${folder}/${file}: A section is empty. Write it, or remove its heading.`);
  expect(wrong).toEqual([]);
});

test('a superseded decision links to what replaced it', () => {
  const wrong = decisions
    .filter(
      ({ isSuperseded, text }) => isSuperseded && !/^# .+\n\nSuperseded by \[.+\]\(.+\)\.?\n/.test(text),
    )
    .map(({ file }) => `${folder}/${file}: Write "Superseded by [name](file)." below its heading.`);
  expect(wrong).toEqual([]);
});

test('the list has each decision once, in order, and marks those that are superseded', () => {
  const [, listed] = readFileSync(list, 'utf8').split('\n## All decisions\n\n');
  const expected = decisions
    .toSorted((left, right) => (left.date ?? '').localeCompare(right.date ?? ''))
    .map(
      ({ date, heading, file, isSuperseded }) =>
        `- ${date}: [${heading}](${file})${isSuperseded ? ' (superseded)' : ''}`,
    );
  const lines = listed!.trimEnd().split('\n');
  expect(lines.toSorted()).toEqual(expected.toSorted());
  const dates = lines.map((line) => line.slice(2, 12));
  expect(dates).toEqual(dates.toSorted());
});

test('links of decisions lead to files', () => {
  const wrong = [...decisions.map(({ file }) => join(folder, file)), list].flatMap((file) => {
    const text = readFileSync(file, 'utf8').replaceAll(/^```[^]*?^```$|`[^`]*`/gm, '');
    return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^https?:/.test(target) && !existsSync(join(dirname(file), target)))
      .map((target) => `${file}: The link to ${target} leads nowhere. Correct it.`);
  });
  expect(wrong).toEqual([]);
});
