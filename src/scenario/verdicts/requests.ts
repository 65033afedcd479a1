import { conversationLines, textOf } from '../../trace/format.ts';
import type { TracedRequest } from '../../engine/run/events.ts';
import { equals, show } from '../equals.ts';
import { checkFields, includesText, traceBehind, verdict, type Verdict } from './verdict.ts';

/** What the model is shown in a request. Strings are substrings; `tools` are all of them, in any order. */
export interface SeenPattern {
  /** The agent that was asked for. */
  agent?: string;
  /** In the system message. */
  instructions?: string | RegExp;
  /** All that were offered. */
  tools?: string[];
  /** In one of the messages after the system message. */
  message?: string | RegExp;
}

/** Some request showed the model all of this. */
export function hasSeen(source: unknown, seen: SeenPattern): Verdict {
  const trace = traceBehind(source);
  checkFields('toHaveSeen', seen, ['agent', 'instructions', 'tools', 'message']);
  const tests: [string, (request: TracedRequest) => boolean][] = [];
  const { agent, instructions, tools, message } = seen;
  if (agent !== undefined) tests.push([`agent ${show(agent)}`, (item) => equals(agent, item.agent)]);
  if (instructions !== undefined)
    tests.push([
      `instructions with ${show(instructions)}`,
      (item) => includesText(instructions, instructionsOf(item)),
    ]);
  if (tools !== undefined)
    tests.push([
      `exactly the tools ${Array.isArray(tools) ? tools.map((name) => (typeof name === 'string' ? name : show(name))).join(', ') || '(none)' : show(tools)}`,
      (item) =>
        Array.isArray(tools)
          ? equals(new Set(tools), new Set(toolNamesOf(item)))
          : equals(tools, toolNamesOf(item)),
    ]);
  if (message !== undefined)
    tests.push([
      `a message with ${show(message)}`,
      (item) => item.request.messages.slice(1).some(({ content }) => includesText(message, textOf(content))),
    ]);
  const { requests } = trace;
  const found = requests.find((item) => tests.every(([, test]) => test(item)));
  const nearest = requests.toSorted((left, right) => passed(tests, right) - passed(tests, left))[0];
  return verdict(trace, found !== undefined, {
    missing: `Expected a request that shows the model ${tests.map(([words]) => words).join(', ')}, but ${nearest ? `none of ${requests.length} does. The nearest, of ${nearest.agent} in turn ${nearest.turn}:` : 'the model was never asked.'}`,
    unwanted: `Expected no request that shows the model ${tests.map(([words]) => words).join(', ')}, but there is one.`,
    details: nearest && !found ? nearestRequest(nearest, tests, message !== undefined) : [],
    marked: undefined,
  });
}

function instructionsOf({ request }: TracedRequest): string {
  return textOf(request.messages[0]?.content);
}

function toolNamesOf({ request }: TracedRequest): string[] {
  return (request.tools ?? []).map((tool) => tool.function.name);
}

function passed(tests: [string, (request: TracedRequest) => boolean][], item: TracedRequest): number {
  return tests.filter(([, test]) => test(item)).length;
}

function nearestRequest(
  item: TracedRequest,
  tests: [string, (request: TracedRequest) => boolean][],
  withMessages: boolean,
): string[] {
  return [
    ...tests.map(([words, test]) => `  ${test(item) ? '✓' : '✗'} ${words}`),
    `  instructions: ${show(instructionsOf(item))}`,
    `  tools: ${toolNamesOf(item).join(', ') || '(none)'}`,
    ...(withMessages
      ? ['  messages:', ...conversationLines(item.request.messages.slice(1)).map((line) => `  ${line}`)]
      : []),
  ];
}
