import { shorten } from '../engine/errors.ts';
import type { TraceEvent } from '../engine/events.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import { callText, textOf } from '../trace/format.ts';

/**
 * What happened in a scenario, in one line for somebody who sees it for the first time:
 * `Triage: transfer_to_refunds() → Refunds: issue_refund({"orderId":"A-17"}) = done, says "Done." (completed after 3 turns)`.
 */
export function storyOf(run: ScenarioRun): string {
  const { events } = run.trace;
  const starts = events.flatMap(({ type }, index) => (type === 'run-start' ? [index] : []));
  return starts.map((start, index) => storyOfRun(events.slice(start, starts[index + 1]))).join(' | ');
}

function storyOfRun(events: readonly TraceEvent[]): string {
  const chapters: { agent: string; parts: string[] }[] = [];
  const current = () => chapters.at(-1)!;
  for (const [index, event] of events.entries()) {
    switch (event.type) {
      case 'run-start':
        chapters.push({ agent: event.agent, parts: [] });
        break;
      case 'handoff':
        if (event.to !== event.from) chapters.push({ agent: event.to, parts: [] });
        break;
      case 'tool-result': {
        const isHandoff = event.content.startsWith('{"assistant":');
        current().parts.push(
          `${callText(event.tool, event.args, 60)}${isHandoff ? '' : ` = ${shorten(oneLine(event.content), 60)}`}`,
        );
        break;
      }
      case 'model-response':
        current().parts.push(...answerParts(event, events[index + 1]));
        break;
      case 'model-error':
        current().parts.push(`the model fails (${event.error.name}, ${event.error.message})`);
        break;
      default:
    }
  }
  const story = chapters
    .map(({ agent, parts }) => (parts.length === 0 ? agent : `${agent}: ${parts.join(', ')}`))
    .join(' → ');
  return `${story} (${ending(events)})`;
}

function answerParts(
  { message }: Extract<TraceEvent, { type: 'model-response' }>,
  next: TraceEvent | undefined,
): string[] {
  const parts: string[] = [];
  const says = textOf(message.content);
  if (says !== '') parts.push(`says ${JSON.stringify(shorten(oneLine(says), 60))}`);
  if ('refusal' in message && message.refusal)
    parts.push(`refuses: ${JSON.stringify(shorten(oneLine(message.refusal), 60))}`);
  for (const call of ('tool_calls' in message && next?.type !== 'tool-result' && message.tool_calls) || []) {
    if (call.type === 'function')
      parts.push(`asks for ${callText(call.function.name, call.function.arguments, 60)}`);
  }
  return parts;
}

function ending(events: readonly TraceEvent[]): string {
  const turns = events.filter(({ type }) => type === 'model-request').length;
  const last = events.at(-1);
  const words = {
    completed: 'completed',
    max_turns: 'cut off by maxTurns',
    interrupted: 'interrupted before the tools',
    failed: 'failed',
    aborted: 'aborted',
  };
  const outcome = last?.type === 'run-end' ? words[last.outcome] : 'did not end';
  return `${outcome} after ${turns === 1 ? '1 turn' : `${turns} turns`}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
