import { shorten } from '../engine/values/engine-errors.ts';
import { toolThrewLines } from '../engine/values/thrown-lines.ts';
import { thrownIn } from './thrown-by.ts';
import type { TraceEvent } from '../engine/run/events.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import type { Trace } from './trace.ts';

/**
 * The messages of a request as lines for an error message: each role with its text, shortened. Of a long request,
 * only the first line and the last ones are shown.
 */
export function conversationLines(messages: CompletionRequest['messages']): string[] {
  const lines = messageLines(messages);
  if (lines.length <= mostLines) return lines;
  const left = lines.length - mostLines;
  return [lines[0]!, `  … ${left} more …`, ...lines.slice(left + 1)];
}

const mostLines = 24;

function messageLines(messages: CompletionRequest['messages']): string[] {
  const toolNames = new Map<string, string>();
  return messages.flatMap((message) => {
    const lines: string[] = [];
    const line = (text: string) => lines.push(`  ${message.role.padEnd(9)}  ${text}`);
    if (message.role === 'tool') {
      const name = toolNames.get(message.tool_call_id) ?? message.tool_call_id;
      line(`${name} → ${shorten(textOf(message.content), 120)}`);
      return lines;
    }
    const text = textOf(message.content);
    if (text !== '') line(shorten(text, 120));
    if (message.role === 'assistant') {
      if (message.refusal) line(`refuses: ${shorten(message.refusal, 120)}`);
      for (const call of message.tool_calls ?? []) {
        if (call.type !== 'function') continue;
        toolNames.set(call.id, call.function.name);
        line(callText(call.function.name, call.function.arguments));
      }
    }
    if (lines.length === 0) line("''");
    return lines;
  });
}

/**
 * A call as text: `issue_refund({"orderId":"A-17"})`. Empty arguments are left out; long ones are shortened to
 * `length`.
 */
export function callText(tool: string, args: unknown, length = 120): string {
  const text = typeof args === 'string' ? args : (JSON.stringify(args) ?? '');
  return `${tool}(${text === '{}' ? '' : shorten(text, length)})`;
}

/**
 * A trace as lines for a reader: calls with their results, handoffs, texts and why each run ended.
 * The line of the event `marked` starts with "❯".
 */
export function trajectoryLines(trace: Trace, marked?: TraceEvent): string[] {
  return eventTexts(trace.events).flatMap((text, index) => {
    if (text === undefined) return [];
    const mark = trace.events[index] === marked ? '❯' : ' ';
    return text.split('\n').map((line) => `${mark} ${line}`);
  });
}

/** The same texts for a file: at most one line for each event, with line breaks and other control characters escaped. */
export function eventLines({ events }: Trace): string[] {
  // Copies, because the error that a tool threw is found by the identity of its event, and contains paths.
  const copies = events.map((event) => ({ ...event }));
  return eventTexts(copies).flatMap((text) => (text === undefined ? [] : [escapeControls(text)]));
}

function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (found) => {
    const short = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }[found];
    return short ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

function eventTexts(events: readonly TraceEvent[]): (string | undefined)[] {
  const severalRuns = events.some((event) => event.run > 1);
  return events.map((event, index) =>
    event.type === 'model-response' ? answerText(event, events[index + 1]) : eventText(event, severalRuns),
  );
}

function eventText(
  event: Exclude<TraceEvent, { type: 'model-response' }>,
  severalRuns: boolean,
): string | undefined {
  switch (event.type) {
    case 'run-start':
      return severalRuns ? `run ${event.run}: ${shorten(lastText(event), 100)}` : undefined;
    case 'model-request':
      return undefined;
    case 'model-error':
      return `turn ${event.turn}  ${event.agent}: ${failureText(event.error)}`;
    case 'tool-result':
      return [
        `turn ${event.turn}  ${event.agent}: ${callText(event.tool, event.args)} → ${shorten(event.content, 120)}`,
        ...thrownTexts(event).map((line) => `          ${line}`),
      ].join('\n');
    case 'handoff':
      return `turn ${event.turn}  ${event.from} hands off to ${event.to}`;
    case 'context-change': {
      const deleted = event.deleted.length > 0 ? `, deletes ${event.deleted.join(', ')}` : '';
      return `turn ${event.turn}  context: sets ${shorten(event.set, 120)}${deleted}`;
    }
    case 'run-end':
      return `ended: ${event.outcome}`;
  }
}

/** The value that a tool threw, with its place and causes, as lines; empty if the tool did not throw. */
export function thrownTexts(call: object): string[] {
  const thrown = thrownIn(call);
  return thrown ? toolThrewLines(thrown.value) : [];
}

/** Why the model gave no answer: it failed, or the script or the cassette does not fit. */
export function failureText({ name, message }: { name: string; message: string }): string {
  const [, misfit] = /^(Script|Cassette)[A-Z]/.exec(name) ?? [];
  return misfit === undefined
    ? `the model fails (${name}, ${message})`
    : `the ${misfit.toLowerCase()} does not fit (${name})`;
}

/** The text of an answer, and its calls if no tool answered them. */
function answerText(
  { turn, agent, message }: Extract<TraceEvent, { type: 'model-response' }>,
  next: TraceEvent | undefined,
): string | undefined {
  const parts: string[] = [];
  const says = textOf(message.content);
  if (says !== '') parts.push(`says ${JSON.stringify(shorten(says, 120))}`);
  if ('refusal' in message && message.refusal)
    parts.push(`refuses ${JSON.stringify(shorten(message.refusal, 120))}`);
  for (const call of ('tool_calls' in message && next?.type !== 'tool-result' && message.tool_calls) || []) {
    if (call.type === 'function')
      parts.push(`asks for ${callText(call.function.name, call.function.arguments)}`);
  }
  return parts.length === 0 ? undefined : `turn ${turn}  ${agent}: ${parts.join(', ')}`;
}

function lastText(event: Extract<TraceEvent, { type: 'run-start' }>): string {
  const last = event.messages.findLast(({ role }) => role === 'user');
  return last ? `the user says ${JSON.stringify(textOf(last.content))}` : 'no user message';
}

/** The text of a message's content. A part without text is shown by its type. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: { type?: string; text?: string } | null) => part?.text ?? `[${part?.type ?? 'part'}]`)
    .join('');
}
