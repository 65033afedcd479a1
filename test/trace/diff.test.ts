import { expect, test } from 'vitest';
import { Agent } from 'swarmcheck';
import { runScenario, say, user } from 'swarmcheck/testing';
import { deskSteps, traceDesk, type DeskRun } from './desk.ts';

/** The first difference between the usual run and one that differs in this way. */
async function difference(different: DeskRun) {
  const found = (await traceDesk()).diff(await traceDesk(different));
  if (!found) throw new Error('The traces were expected to differ.');
  return found;
}

test('two equal runs do not differ', async () => {
  expect((await traceDesk()).diff(await traceDesk())).toBeUndefined();
});

test('a trace does not differ from itself', async () => {
  const trace = await traceDesk();
  expect(trace.diff(trace)).toBeUndefined();
});

test('a streamed run does not differ from an unstreamed one', async () => {
  expect((await traceDesk({ stream: true })).diff(await traceDesk())).toBeUndefined();
});

test('traces do not differ by their usage', async () => {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
  const [without, reported] = [
    await traceDesk({ steps: [say('a')] }),
    await traceDesk({ steps: [say('a', { usage })] }),
  ];
  expect(without.diff(reported)).toBeUndefined();
  expect(reported.diff(without)).toBeUndefined();
});

test('an undefined field counts as absent', async () => {
  const one = await traceDesk({ contextVariables: { a: 1, b: undefined } });
  expect(one.diff(await traceDesk({ contextVariables: { a: 1 } }))).toBeUndefined();
});

test('traces with equal hashes do not differ, even with 0 and -0', async () => {
  const [one, other] = [
    await traceDesk({ contextVariables: { n: 0 } }),
    await traceDesk({ contextVariables: { n: -0 } }),
  ];
  expect(one.hash).toBe(other.hash);
  expect(one.diff(other)).toBeUndefined();
});

test('the difference names the first event that differs, the path of the field and both values', async () => {
  expect(await difference({ answer: { status: 'open' } })).toMatchObject({
    index: 3,
    path: 'content',
    left: '{"status":"paid"}',
    right: '{"status":"open"}',
  });
});

test('left is the trace whose diff is called, and right is the other one', async () => {
  const [one, other] = [
    await traceDesk({ contextVariables: { n: 1 } }),
    await traceDesk({ contextVariables: { n: 2 } }),
  ];
  expect(one.diff(other)).toMatchObject({ left: 1, right: 2 });
  expect(other.diff(one)).toMatchObject({ left: 2, right: 1 });
});

test('a path leads through arrays and objects', async () => {
  expect(await difference({ instructions: 'Serve the user.' })).toMatchObject({
    index: 1,
    path: 'request.messages[0].content',
  });
  expect(await difference({ description: 'Finds orders.' })).toMatchObject({
    index: 1,
    path: 'request.tools[0].function.description',
  });
  expect(await difference({ contextVariables: { ticket: { id: 5 } } })).toMatchObject({
    path: 'contextVariables.ticket',
    left: 5,
    right: { id: 5 },
  });
});

test('a field that one trace lacks is undefined there', async () => {
  expect(await difference({ contextVariables: { ticket: 5, user: 'Ann' } })).toMatchObject({
    path: 'contextVariables.user',
    left: undefined,
    right: 'Ann',
  });
});

test('a message that one trace lacks is undefined there', async () => {
  const more = await difference({
    messages: [
      { role: 'user', content: 'Where is my refund?' },
      { role: 'user', content: 'Hello?' },
    ],
  });
  expect(more).toMatchObject({
    index: 0,
    path: 'messages[1]',
    left: undefined,
    right: { role: 'user', content: 'Hello?' },
  });
});

test('another script and another option are found in the first event that they change', async () => {
  expect(await difference({ steps: [say('done')] })).toMatchObject({ index: 2, path: 'message.content' });
  expect(await difference({ executeTools: false, steps: deskSteps.slice(0, 1) })).toMatchObject({
    index: 0,
    path: 'executeTools',
  });
});

test('the text shows the lines that differ', async ({ expect }) => {
  const instructions = ['You help users of a shop.', 'Be brief.', 'Never promise a refund.'];
  const one = await traceDesk({ instructions: instructions.join('\n') });
  const other = await traceDesk({ instructions: instructions.toSpliced(1, 1, 'Be friendly.').join('\n') });
  expect(one.diff(other)?.text).toMatchInlineSnapshot(`
    "The traces differ at event 1 (model-request, run 1, turn 1), in request.messages[0].content:
     You help users of a shop.
    -Be brief.
    +Be friendly.
     Never promise a refund."
  `);
});

test('the text shows values as JSON', async ({ expect }) => {
  const one = await traceDesk({ contextVariables: { user: { name: 'Ann', age: 40 } } });
  const other = await traceDesk({ contextVariables: { user: ['Ann'] } });
  expect(one.diff(other)?.text).toMatchInlineSnapshot(`
    "The traces differ at event 0 (run-start, run 1), in contextVariables.user:
    -{
    -  "name": "Ann",
    -  "age": 40
    -}
    +[
    +  "Ann"
    +]"
  `);
});

test('the text shows a missing value as undefined', async ({ expect }) => {
  expect((await difference({ contextVariables: {} })).text).toMatchInlineSnapshot(`
    "The traces differ at event 0 (run-start, run 1), in contextVariables.ticket:
    -5
    +undefined"
  `);
});

test('the text shows lines that look like markers of a diff', async () => {
  const [one, other] = [
    await traceDesk({ instructions: '@@ a @@\nsame' }),
    await traceDesk({ instructions: '@@ b @@\nsame' }),
  ];
  expect(one.diff(other)?.text).toMatch('-@@ a @@\n+@@ b @@\n same');
});

test('a trace that ends earlier differs at its end', async ({ expect }) => {
  const agent = new Agent();
  const { trace: short } = await runScenario({ agent, steps: [user('a'), say('1')] });
  const { trace: long } = await runScenario({ agent, steps: [user('a'), say('1'), user('b'), say('2')] });
  expect(short.diff(long)).toMatchObject({
    index: 4,
    path: '',
    left: undefined,
    right: { type: 'run-start', run: 2 },
  });
  expect(short.diff(long)?.text).toMatchInlineSnapshot(
    `"The first trace ends before event 4 (run-start, run 2)."`,
  );
  expect(long.diff(short)?.text).toMatchInlineSnapshot(
    `"The other trace ends before event 4 (run-start, run 2)."`,
  );
});
