import leven from 'leven';
import { suggested } from '../../engine/values/did-you-mean.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { sentence, type Sentence } from '../../engine/values/error-facts.ts';
import type { Trace } from '../../trace/trace.ts';
import { isText } from '../rules.ts';
import { toolNamesOf } from './requests.ts';
import { pendingCallsIn, toolResults, whatHappened } from './verdict.ts';

/**
 * A sentence for each name that belongs to no known tool. Empty if the model was never asked: then no tools are
 * known.
 */
export function unknownTools(trace: Trace, names: readonly unknown[]): string[] {
  const offered = offeredTools(trace);
  const unknown = unknownAmong(trace, names, offered);
  if (offered.length === 0 && unknown.length > 0) return ['None of the agents that ran has a tool.'];
  return unknown.map(
    (name) => `None of the agents that ran has a tool "${name}".${whatThereIs(name, offered).text}`,
  );
}

/**
 * Throws if a name is certainly a misspelt tool name. No tool has that name, so an assertion that the tool was not
 * called would always hold. Other unknown names are accepted, because they may be tools of agents that were never
 * reached.
 */
export function assertNoMisspeltTool(trace: Trace, names: readonly unknown[]): void {
  const found = misspeltTool(trace, names);
  if (found) throw new UsageError(sentence`${found}\n${whatHappened(trace)}`);
}

/** A sentence about the first name that is certainly a misspelt tool name. Undefined if no name is. */
export function misspeltTool(trace: Trace, names: readonly unknown[]): Sentence | undefined {
  const offered = offeredTools(trace);
  for (const name of unknownAmong(trace, names, offered)) {
    const meant = offered.find((known) => isMisspelt(name, known));
    if (meant === undefined) continue;
    return sentence`None of the agents that ran has a tool "${{ tool: name }}", so nothing can be asserted about it.${whatThereIs(name, [meant], offered)}`;
  }
  return undefined;
}

/** Whether a tool of this name was offered or called. */
export function isToolOf(trace: Trace, name: unknown): boolean {
  return unknownAmong(trace, [name], offeredTools(trace)).length === 0;
}

function unknownAmong(trace: Trace, names: readonly unknown[], offered: readonly string[]): string[] {
  if (!trace.events.some(({ type }) => type === 'model-request')) return [];
  const called = [...toolResults(trace), ...pendingCallsIn(trace)].map(({ tool }) => tool);
  const known = new Set<unknown>([...offered, ...called]);
  return [...new Set(names)].filter(isText).filter((name) => !known.has(name));
}

function offeredTools(trace: Trace): string[] {
  // Not `trace.requests`, which is built anew at each access; `trace.events` is built once.
  const requests = trace.events.filter((event) => event.type === 'model-request');
  return [...new Set(requests.flatMap(toolNamesOf))];
}

function whatThereIs(name: string, candidates: readonly string[], offered = candidates): Sentence {
  return sentence`${suggested(name, candidates)} The offered tools: ${{ known: offered }}.`;
}

/**
 * Whether two names are surely meant to be the same: they differ only in capitals and in word separators or, in names
 * without digits, by one letter that is missing inside a word. With any other difference, or with a letter at the
 * edge of a word, both may be names of tools: read_file and write_file, get_order and set_order, get_order and
 * get_orders.
 */
function isMisspelt(given: string, known: string): boolean {
  const [left, right] = [wordsOf(given), wordsOf(known)];
  const [one, other] = [left.join(''), right.join('')];
  if (one === other) return true;
  return (
    one.length !== other.length &&
    leven(one, other) === 1 &&
    edgesOf(left) === edgesOf(right) &&
    !/\d/.test(`${one}${other}`)
  );
}

function wordsOf(name: string): string[] {
  return name.split(/[_-]+|(?<=[a-z])(?=[A-Z])/).map((word) => word.toLowerCase());
}

function edgesOf(words: readonly string[]): string {
  return words.map((word) => `${word[0]}${word.at(-1)}`).join();
}
