import { suggested } from '../engine/values/did-you-mean.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { valueWords } from '../engine/values/value-words.ts';
import type { McpToolDefinition } from './client.ts';
import { sentence } from '../engine/values/error-facts.ts';

/** Which tools of a server to offer. */
interface Choice {
  only?: readonly string[] | undefined;
  except?: readonly string[] | undefined;
}

/** Throws a TypeError for an invalid choice. Whether its names exist is checked once the tools are listed. */
export function assertValidChoice({ only, except }: Choice): void {
  for (const [option, names] of Object.entries({ only, except })) {
    if (names === undefined) continue;
    if (!Array.isArray(names) || names.some((name) => typeof name !== 'string'))
      throw new UsageError(
        sentence`The "${{ field: option }}" of ${{ where: 'mcpTools' }} must be ${{ expected: 'a list of names, such as ["echo"]' }}, but is ${{ given: valueWords(names) }}.`,
      );
  }
  if (only && except)
    throw new UsageError(
      sentence`${{ where: 'mcpTools' }} takes either "only" or "${{ field: 'except' }}", but was given both. Remove one of them.`,
    );
}

/**
 * The chosen tools, in the server's order. Throws a TypeError for a name that the server does not have, and for a
 * tool in `only` that can only be run as a task. `server` is the beginning of the message.
 */
export function chosenTools(
  server: string,
  tools: readonly McpToolDefinition[],
  { only, except }: Choice,
): McpToolDefinition[] {
  const callable = tools.filter((tool) => !needsTask(tool));
  const option = only ? 'only' : 'except';
  for (const name of only ?? except ?? []) assertValidName(server, tools, option, name);
  if (only) return callable.filter(({ name }) => only.includes(name));
  return callable.filter(({ name }) => !except?.includes(name));
}

function assertValidName(
  server: string,
  tools: readonly McpToolDefinition[],
  option: 'only' | 'except',
  name: string,
): void {
  const found = tools.find((tool) => tool.name === name);
  const names = tools.map((tool) => tool.name);
  if (!found) {
    throw new UsageError(
      sentence`${{ where: server }} has no tool "${{ tool: name }}", but "${{ field: option }}" names it.${suggested(name, names)} Its tools: ${{ known: names }}.`,
    );
  }
  if (option === 'only' && needsTask(found)) {
    throw new UsageError(
      sentence`The tool "${{ tool: name }}", which "${{ field: 'only' }}" names, can only run as a task, and an agent cannot wait for a task. Leave it out.`,
    );
  }
}

/** Whether a tool can only be run as a task. The server would refuse every ordinary call of it. */
function needsTask({ execution }: McpToolDefinition): boolean {
  return execution?.taskSupport === 'required';
}

const allowedPrefix = /^[a-zA-Z0-9_-]*$/;
const longestName = 64;

/** Throws a TypeError for a prefix with which no tool name can begin. */
export function assertValidPrefix(prefix: unknown): void {
  if (typeof prefix === 'string' && allowedPrefix.test(prefix)) return;
  throw new UsageError(
    sentence`The ${{ field: 'prefix' }} of ${{ where: 'mcpTools' }} must be ${{ expected: 'a string of the characters a-z, A-Z, 0-9, _ and -, such as "files_"' }}, but is ${{ given: valueWords(prefix) }}.`,
  );
}

/** The tools by the names that the model sees. Throws a TypeError if two tools would have the same name. */
export function offeredNames(
  server: string,
  tools: readonly McpToolDefinition[],
  prefix: string,
): Map<string, McpToolDefinition> {
  const offered = new Map<string, McpToolDefinition>();
  for (const tool of tools) {
    const name = `${prefix}${tool.name.replaceAll(/[^a-zA-Z0-9_-]/gu, '_')}`.slice(0, longestName);
    const other = offered.get(name);
    if (other) {
      const problem =
        other.name === tool.name
          ? sentence`lists two tools named "${{ tool: tool.name }}", which a call cannot tell apart`
          : sentence`has the tools "${other.name}" and "${{ tool: tool.name }}", which would both get the name "${name}"`;
      throw new UsageError(
        sentence`${{ where: server }} ${problem}. Leave ${other.name === tool.name ? 'them' : 'one'} out: mcpTools(client, { except: [${JSON.stringify(tool.name)}] }).`,
      );
    }
    offered.set(name, tool);
  }
  return offered;
}
