/** A tool that crashes is shown with its error, its line and its causes, in every output. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test, vi } from 'vitest';
import { Project } from './swarmcheck.ts';

vi.setConfig({ testTimeout: 30_000 });

const shop = `import { Agent, tool } from 'swarmcheck';

interface Prices {
  get(item: string): number;
}
export default new Agent({
  name: 'Shop',
  functions: [
    tool({
      name: 'price',
      parameters: { type: 'object', properties: { item: { type: 'string' } }, required: ['item'] },
      execute: ({ item }) => (undefined as unknown as Prices).get(item),
    }),
    tool({
      name: 'order',
      execute: () => {
        throw new Error('no order', { cause: new Error('token=abcdef123456 is not valid') });
      },
    }),
  ],
});
`;

const scenario = (
  tool: string,
  more = '',
) => `import { callTool, defineScenario, say, user } from 'swarmcheck/testing';
import agent from '../shop.ts';

export default defineScenario({
  name: 'a price',
  agent,
  steps: [user('How much is it?'), callTool('${tool}'${tool === 'price' ? ", { item: 'pen' }" : ''}), say('Sorry.')],
  ${more}
});
`;

const project = async (tool: string, more?: string) =>
  await Project.of({ 'shop.ts': shop, 'scenarios/price.scenario.ts': scenario(tool, more) });

const crash = "price threw TypeError: Cannot read properties of undefined (reading 'get') (at shop.ts:12)";
const warning = 'Warning: The tool "price" threw, and nothing in this test mentions it.';

test('run shows a crash below the story, and warns', async () => {
  await using made = await project('price');
  const { code, stdout } = await made.swarmcheck(['run']);
  expect(stdout).toBe(`✓ a price  Shop: price({"item":"pen"}) ✗ TypeError, says “Sorry.” (completed, 2 turns)
  scenarios/price.scenario.ts
    ${crash}
    Warning: The tool "price" threw, and nothing in this test mentions it. Mend the tool, or expect the error: with expect.toolErrors, expect.recovered or a check.

1 scenario: 1 passed
`);
  expect(code).toBe(0);
});

test('run shows each cause on a line, without secrets', async () => {
  await using made = await project('order');
  const { stdout } = await made.swarmcheck(['run']);
  expect(stdout).toContain(`
    order threw Error: no order (at shop.ts:17)
      caused by Error: token=<secret> is not valid (at shop.ts:17)
`);
});

test('a failure shows a crash below its call', async () => {
  await using made = await project('price', "expect: { finalMessage: 'Here' },");
  const { code, stdout } = await made.swarmcheck(['run']);
  expect(stdout).toContain(`
        turn 1  Shop: price({"item":"pen"}) → Error: Tool price failed: TypeError
                  threw TypeError: Cannot read properties of undefined (reading 'get') (at shop.ts:12)
`);
  expect(stdout).not.toContain('Warning');
  expect(code).toBe(1);
});

test('in JSON, a crash is text beside its call', async () => {
  await using made = await project('order');
  const { stdout } = await made.swarmcheck(['run', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    scenarios: [
      {
        passed: true,
        toolCalls: [
          {
            tool: 'order',
            error: 'threw',
            thrown:
              'threw Error: no order (at shop.ts:17)\ncaused by Error: token=<secret> is not valid (at shop.ts:17)',
          },
        ],
        warning: expect.stringContaining('The tool "order" threw') as string,
      },
    ],
  });
});

test('a scenario with a check, or with a stub for the tool, gives no warning', async () => {
  const mentions = {
    check: 'check: () => {},',
    stub: "tools: { price: () => { throw new Error('closed'); } },",
    nothing: '',
  };
  const files = Object.entries(mentions).map(([name, more]) => [
    `scenarios/${name}.scenario.ts`,
    scenario('price', more).replace("name: 'a price'", `name: '${name}'`),
  ]);
  await using made = await Project.of({ 'shop.ts': shop, ...Object.fromEntries(files) });
  const { scenarios } = JSON.parse((await made.swarmcheck(['run', '--json'])).stdout) as {
    scenarios: { name: string; warning?: string }[];
  };
  expect(scenarios).toHaveLength(3);
  expect(scenarios.filter((one) => one.warning).map(({ name }) => name)).toEqual(['nothing']);
});

test('an expectation about another tool gives a warning all the same', async () => {
  await using made = await project('price', "expect: { stopReason: 'completed', toolCalls: ['price'] },");
  const { stdout } = await made.swarmcheck(['run']);
  expect(stdout).toContain(warning);
  expect(stdout).toContain('Warning: This test expects only what its script already determines');
  expect((await made.swarmcheck(['run', '--no-warnings'])).stdout).not.toContain('Warning');
});

test('check finds the crash, and names tool, arguments, error and line', async () => {
  await using made = await project('price');
  const { code, stdout } = await made.swarmcheck(['check', 'shop.ts']);
  expect(stdout).toContain(
    `✗ shop.ts#default  "tools-do-not-crash" was broken: the tool "price" crashed on arguments that fit its schema: price({"item":""}) threw TypeError: Cannot read properties of undefined (reading 'get') (at shop.ts:12)`,
  );
  expect(code).toBe(1);
});

test('chat shows a crash below the result', async () => {
  await using made = await project('price');
  const { stdout } = await made.swarmcheck(
    ['chat', 'shop.ts', '--script', 'scenarios/price.scenario.ts'],
    {},
    '\n/exit\n',
  );
  expect(stripVTControlCharacters(stdout)).toContain(`  → Error: Tool price failed: TypeError
    threw TypeError: Cannot read properties of undefined (reading 'get') (at shop.ts:12)
`);
});
