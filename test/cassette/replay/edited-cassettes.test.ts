/** A cassette in which a person removed an interaction, or swapped two. */
import { test } from 'vitest';
import { replayProvider, say } from 'swarmcheck/testing';
import { Folder, type StoredCassette, type StoredInteraction } from '../folder.ts';
import { rejection, thrown } from '../../support/failures.ts';
import { asking, type Play, record, said, user } from './tapes.ts';

const converse: Play<void> = async (provider) => {
  const request = asking();
  for (const question of ['a', 'b', 'c']) {
    request.messages.push(user(question));
    request.messages.push((await provider.complete(request)).choices[0]!.message);
  }
};

const conversation = async (folder: Folder) =>
  await record(folder.file(), [say('one'), say('two'), say('three')], converse);

const interactionsOf = ({ lanes }: StoredCassette): StoredInteraction[] => lanes[0]!.interactions;
const renumber = (cassette: StoredCassette) =>
  interactionsOf(cassette).forEach((interaction, index) => (interaction.number = index + 1));

test('an interaction that was removed from the file is reported when the file is read', async ({
  expect,
}) => {
  using folder = new Folder();
  await conversation(folder);
  folder.change((cassette) => interactionsOf(cassette).splice(1, 1));
  const error = thrown(() => replayProvider(folder.file()));
  expect(error.name).toBe('CassetteFileError');
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"…/c.json:45: Interaction 2 of lane 1 is missing: 1 is followed by 3. Restore the file, or record it again."`,
  );
});

test('two interactions that were swapped in the file are reported when the file is read', async ({
  expect,
}) => {
  using folder = new Folder();
  await conversation(folder);
  folder.change((cassette) =>
    interactionsOf(cassette).splice(1, 2, ...interactionsOf(cassette).slice(1).toReversed()),
  );
  const error = thrown(() => replayProvider(folder.file()));
  expect(error.name).toBe('CassetteFileError');
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"…/c.json:45: The interactions of lane 1 are not in order: 3 is at the place of 2, and 2 comes later. Restore the file, or record it again."`,
  );
});

test('if the numbers were changed as well, a removed interaction is drift of the history', async ({
  expect,
}) => {
  using folder = new Folder();
  await conversation(folder);
  folder.change((cassette) => {
    interactionsOf(cassette).splice(1, 1);
    renumber(cassette);
  });
  using provider = replayProvider(folder.file());
  expect(said(await rejection(converse(provider)), folder)).toMatchInlineSnapshot(`
    "This request differs from the recorded one (…/c.json, interaction 2).
    The history differs at message 2:
      -user: c
      +user: b
    ("-" was recorded, "+" is new.) If the change is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/edited-cassettes.test.ts"
  `);
});

test('if the last interaction was removed, its request is beyond the end', async ({ expect }) => {
  using folder = new Folder();
  await conversation(folder);
  folder.change((cassette) => interactionsOf(cassette).pop());
  using provider = replayProvider(folder.file());
  const error = await rejection(converse(provider));
  expect(error.name).toBe('CassetteMissError');
  expect(said(error, folder)).toMatchInlineSnapshot(
    `"The model was asked to continue after a "user" message, but the recording of conversation 1 ends after 2 interactions (…/c.json). If that is intended, record again: SWARMCHECK_RECORD=all npx vitest run test/cassette/replay/edited-cassettes.test.ts"`,
  );
});
