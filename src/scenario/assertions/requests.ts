import { conversationLines, textOf } from '../../trace/format.ts';
import type { WireMessage } from '../../engine/model/messages.ts';
import type { TracedRequest } from '../../engine/run/events.ts';
import { instructionsOf as instructionsIn, isInstructions } from '../../trace/continuation.ts';
import { equals, show } from '../equals.ts';
import { nameRule, namesRule, textRule, type Rules } from '../rules.ts';
import { assertValidGiven, includesText, traceBehind, verdict, type Verdict } from './verdict.ts';

/**
 * What the model is shown in a request. `instructions` and `message` match a part of the text; `tools` lists all
 * tools, in any order.
 */
export interface SeenPattern {
  /** The agent that makes the request. */
  agent?: string;
  /** A part of the system message. */
  instructions?: string | RegExp;
  /** All tools that were offered. */
  tools?: readonly string[];
  /** A part of one of the messages after the system message. */
  message?: string | RegExp;
}

const seenRules: Rules<keyof SeenPattern> = {
  agent: nameRule,
  instructions: textRule,
  tools: namesRule("a list of tools' names"),
  message: textRule,
};

/** Whether one request showed the model everything in the pattern. */
export function hasSeen(source: unknown, seen: SeenPattern): Verdict {
  const trace = traceBehind(source, 'toHaveSeen');
  assertValidGiven('toHaveSeen', seen, seenRules);
  const tests: [string, (request: TracedRequest) => boolean][] = [];
  const { agent, instructions, tools, message } = seen;
  if (agent !== undefined) tests.push([`agent ${show(agent)}`, (item) => equals(agent, item.agent)]);
  if (instructions !== undefined)
    tests.push([
      `instructions containing ${show(instructions)}`,
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
      `a message containing ${show(message)}`,
      (item) => historyOf(item).some(({ content }) => includesText(message, textOf(content))),
    ]);
  const { requests } = trace;
  const found = requests.find((item) => tests.every(([, test]) => test(item)));
  const nearest = requests.toSorted((left, right) => passed(tests, right) - passed(tests, left))[0];
  return verdict(trace, found !== undefined, {
    missing: `Expected a request with ${tests.map(([words]) => words).join(', ')}, but ${nearest ? `none fits (requests: ${requests.length}). The nearest one, of ${nearest.agent} in turn ${nearest.turn}:` : 'the model was never asked.'}`,
    unwanted: `Expected no request with ${tests.map(([words]) => words).join(', ')}, but there is one.`,
    details: nearest && !found ? nearestRequest(nearest, tests, message !== undefined) : [],
    marked: undefined,
  });
}

function instructionsOf({ request }: TracedRequest): string {
  return instructionsIn(request);
}

/** The messages after the instructions; a request of an external agent may have no instructions. */
function historyOf({ request: { messages } }: TracedRequest): WireMessage[] {
  return isInstructions(messages[0]) ? messages.slice(1) : messages;
}

/** The names of the tools that a request offers. */
export function toolNamesOf({ request }: Pick<TracedRequest, 'request'>): string[] {
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
      ? ['  messages:', ...conversationLines(historyOf(item)).map((line) => `  ${line}`)]
      : []),
  ];
}
