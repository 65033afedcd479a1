import { answerOf, recordedCallsOf } from '../cassette/match/answers.ts';
import {
  joined,
  type CassetteFile,
  type InteractionRecord,
  type LaneRecord,
} from '../cassette/format/format.ts';
import type { Expectations } from '../scenario/scenario.ts';

/** The kept part of a long text. More of it would fail after more changes of the app. */
const beginning = /^.{1,60}/su;

const placeholder = /\[[a-z-]+(?:-\d+)?\]/g;
const word = /[^\s"'`,;(){}[\]<>=|]+/g;

/** Words that may differ in the next play: with a digit, such as dates and ids, and the names of days and months. */
const volatile = /\d|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/;

/**
 * The expectations that a recorded conversation meets: the calls that failed, a part of the last answer of each tool,
 * and the tools that each agent was offered. The answers of stubs are left out, because the scenario determines them.
 */
export function recordedExpectations(
  { interactions }: LaneRecord,
  cassette: Pick<CassetteFile, 'agents' | 'tools'>,
  stubs: readonly string[],
): Pick<Expectations, 'toolErrors' | 'recovered' | 'toolResults' | 'seen'> {
  const results = interactions.flatMap((interaction) => interaction.results ?? []);
  const failed = results.flatMap(({ tool, error }) => (error ? [{ tool, kind: error }] : []));
  const recovered = interactions.flatMap(({ results: answers = [] }, index) => {
    const error = answers.find((answer) => answer.error);
    return error && isCompleted(interactions.slice(index + 1))
      ? [{ tool: error.tool, kind: error.error! }]
      : [];
  })[0];
  const toolResults = partsOfResults(interactions, stubs);
  const seen = offers(interactions, cassette);
  return {
    ...(results.length > 0 && { toolErrors: failed.length === 0 ? 'none' : failed }),
    ...(recovered && { recovered }),
    ...(toolResults.length > 0 && { toolResults }),
    ...(seen.length > 0 && { seen }),
  };
}

/** Whether a run that continues with these interactions ends with an answer that calls no tool. */
function isCompleted(following: readonly InteractionRecord[]): boolean {
  for (const interaction of following) {
    if (interaction.request.new?.some(({ role }) => role === 'user')) return false;
    const message = answerOf(interaction);
    if (!message) return false;
    if (recordedCallsOf(message).length === 0) return true;
  }
  return false;
}

/** A part of the last answer of each tool, in the order of these answers. Handoffs are left out: `agents` has them. */
function partsOfResults(
  interactions: readonly InteractionRecord[],
  stubs: readonly string[],
): { tool: string; contentContains: string }[] {
  const handoffs = new Set(interactions.map(({ handoff }) => handoff?.tool));
  const last = new Map<string, string>();
  for (const { tool, content, error } of interactions.flatMap(({ results = [] }) => results)) {
    if (error || stubs.includes(tool) || handoffs.has(tool)) continue;
    // Deleted first, so that the tools are in the order of their last answers.
    last.delete(tool);
    last.set(tool, stablePart(joined(content)));
  }
  return [...last].flatMap(([tool, contentContains]) =>
    contentContains === '' ? [] : [{ tool, contentContains }],
  );
}

/**
 * Returns the longest part of a line without placeholders of secrets and without words that may differ in the next
 * play, or "" if no such part has a word.
 */
export function stablePart(text: string): string {
  const parts = text
    .replaceAll(placeholder, '\n')
    .replaceAll(word, (one) => (volatile.test(one) ? '\n' : one))
    .split(/[\r\n\u2028\u2029]+/);
  const words = parts.map((part) => part.trim()).filter((part) => /\p{L}{2}/u.test(part));
  const longest = words.reduce((best, part) => (part.length > best.length ? part : best), '');
  return longest.match(beginning)?.[0].trimEnd() ?? '';
}

/** The tools that each agent was offered, in the order of the first requests. */
function offers(
  interactions: readonly InteractionRecord[],
  { agents, tools }: Pick<CassetteFile, 'agents' | 'tools'>,
): { agent: string; tools: string[] }[] {
  const labels = new Set(interactions.map(({ request }) => request.agent));
  const all = [...labels].map((label) => ({
    agent: agents[label]?.name ?? label,
    tools: (agents[label]?.tools ?? []).map((tool) => nameOf(tools[tool] ?? {}) ?? tool),
  }));
  const distinct = new Map(all.map((offer) => [JSON.stringify(offer), offer]));
  return [...distinct.values()];
}

/** The name in the definition of a tool. */
function nameOf(definition: { function?: { name?: string } }): string | undefined {
  return definition.function?.name;
}
