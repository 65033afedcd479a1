import type { TraceEvent } from '../engine/run/events.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import { failureText, textOf, thrownTexts } from '../trace/format.ts';

/**
 * What happened in a scenario, in one line for a reader who does not know it:
 * `Triage: transfer_to_refunds() → Refunds: issue_refund({"id":"A-17"}) ⇒ done, says “Done.” (completed, 3 turns)`.
 *
 * Calls of one turn are joined by "+"; "→" is a handoff, "⇒" a result, "✗" an error. Several runs follow one another,
 * each after the message of the user.
 */
export function storyOf(run: ScenarioRun): string {
  const { events } = run.trace;
  const starts = events.flatMap(({ type }, index) => (type === 'run-start' ? [index] : []));
  const stories = starts.map((start, index) => storyOfRun(events.slice(start, starts[index + 1])));
  if (stories.length === 0) return '(nothing happened)';
  if (stories.length === 1) return stories[0]!;
  return stories
    .map(
      (story, index) => `${index === 0 ? 'on' : '; then on'} ${userText(events[starts[index]!]!)} ${story}`,
    )
    .join('');
}

/** The values that the tools of a run threw, with their places and causes, as lines below its story. */
export function thrownInRun({ trace }: ScenarioRun): string[] {
  return trace.toolCalls.flatMap((call) => {
    const [first, ...causes] = thrownTexts(call);
    return first === undefined ? [] : [`${call.tool} ${first}`, ...causes.map((cause) => `  ${cause}`)];
  });
}

/** The turns of an agent while it was active. */
interface Chapter {
  agent: string;
  turns: string[];
}

function storyOfRun(events: readonly TraceEvent[]): string {
  const chapters: Chapter[] = [];
  for (const event of events) {
    if (event.type === 'run-start') chapters.push({ agent: event.agent, turns: [] });
    if (event.type === 'handoff' && event.to !== event.from) chapters.push({ agent: event.to, turns: [] });
    if (event.type === 'model-request') {
      const text = turnText(events, event.turn);
      if (text !== '') chapters.at(-1)!.turns.push(text);
    }
  }
  const story = chapters.map(({ agent, turns }) =>
    turns.length === 0 ? agent : `${agent}: ${turns.join(', ')}`,
  );
  return `${story.join(' → ')} (${ending(events)})`;
}

/** One turn: what the model said, its calls with their results, and the changes to the context. */
function turnText(all: readonly TraceEvent[], turn: number): string {
  const events = all.filter((event) => 'turn' in event && event.turn === turn);
  const handoff = events.find((event) => event.type === 'handoff');
  const results = events.filter((event) => event.type === 'tool-result');
  const change = events.find((event) => event.type === 'context-change');
  const parts: string[] = [];
  for (const event of events) {
    if (event.type === 'model-error') parts.push(failureText(event.error));
    if (event.type !== 'model-response') continue;
    const { message } = event;
    const says = textOf(message.content);
    if (says !== '') parts.push(`says ${quoted(says)}`);
    else if (!('refusal' in message) && !('tool_calls' in message)) parts.push('says nothing');
    if ('refusal' in message && message.refusal) parts.push(`refuses ${quoted(message.refusal)}`);
    const asked = ('tool_calls' in message && results.length === 0 && message.tool_calls) || [];
    const names = asked.flatMap((call) =>
      call.type === 'function' ? [callWords(call.function.name, call.function.arguments)] : [],
    );
    if (names.length > 0) parts.push(`asks for ${names.join(' + ')}`);
  }
  const calls = results.map((result) =>
    resultText(result, handoff?.type === 'handoff' && handoff.tool === result.tool),
  );
  if (calls.length > 0) parts.push(calls.join(' + '));
  if (change?.type === 'context-change') parts.push(`[${changeText(change)}]`);
  return parts.join(' ');
}

function changeText({ set, deleted }: Extract<TraceEvent, { type: 'context-change' }>): string {
  const parts: string[] = [];
  if (Object.keys(set).length > 0) parts.push(`sets ${Object.keys(set).join(', ')}`);
  if (deleted.length > 0) parts.push(`deletes ${deleted.join(', ')}`);
  return parts.join(', ');
}

function resultText(
  { tool, args, content, error }: Extract<TraceEvent, { type: 'tool-result' }>,
  handsOff: boolean,
): string {
  const call = callWords(tool, args);
  if (error)
    return `${call} ✗ ${clip(oneLine(content.replace(/^Error: /, '').replace(/^(Tool \S+ failed: |Invalid arguments for tool \S+\. )/, '')))}`;
  const isAgent = handsOff && content.startsWith('{"assistant":');
  return content === '' || isAgent ? call : `${call} ⇒ ${clip(oneLine(content))}`;
}

function ending(events: readonly TraceEvent[]): string {
  const turns = events.filter(({ type }) => type === 'model-request').length;
  const last = events.at(-1);
  if (turns === 0 && last?.type === 'run-end' && last.outcome === 'max_turns')
    return 'the model was never asked, maxTurns 0';
  const words = {
    completed: 'completed',
    max_turns: 'cut off by maxTurns',
    interrupted: 'interrupted before the tools',
    failed: 'failed',
    aborted: 'aborted',
  };
  const outcome = last?.type === 'run-end' ? words[last.outcome] : 'did not end';
  return `${outcome}, ${turns === 1 ? '1 turn' : `${turns} turns`}`;
}

function userText(event: TraceEvent): string {
  const said =
    event.type === 'run-start' ? event.messages.findLast(({ role }) => role === 'user') : undefined;
  return said ? quoted(textOf(said.content)) : 'no message';
}

function callWords(tool: string, args: unknown): string {
  const text = typeof args === 'string' ? args : (JSON.stringify(args) ?? '');
  return `${tool}(${text === '{}' ? '' : clip(text)})`;
}

function quoted(text: string): string {
  return `“${clip(oneLine(text))}”`;
}

function clip(text: string): string {
  // Cut between characters, not within a surrogate pair.
  const characters = Array.from(text.slice(0, 200));
  return characters.length <= 60 ? text : `${characters.slice(0, 59).join('')}…`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
