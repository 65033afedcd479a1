import { shorten } from '../values/engine-errors.ts';
import { toolThrewLines } from '../values/thrown-lines.ts';
import type { RecordedEvent } from './events.ts';

/** Prints the events of a run as readable lines, for `debug: true`. */
export function debugPrinter(log: (line: string) => void): (event: RecordedEvent) => void {
  return (event) => {
    for (const line of debugLines(event)) log(`[swarm] ${line.replaceAll(/\r?\n/g, '⏎')}`);
  };
}

function debugLines(event: RecordedEvent): string[] {
  switch (event.type) {
    case 'run-start':
      return [
        `run starts with ${event.agent}, ${event.messages.length} messages, context ${shorten(event.contextVariables, 200)}`,
      ];
    case 'model-request':
      return [
        `turn ${event.turn}: ${event.agent} asks ${event.request.model} (${event.length} messages, ${event.request.tools?.length ?? 0} tools)`,
      ];
    case 'model-response':
      return responseLines(event);
    case 'model-error':
      return [`the model failed: ${event.error.name}, ${event.error.message}`];
    case 'tool-result':
      return [
        `${event.tool}(${shorten(event.rawArgs, 200)}) → ${shorten(event.content, 200)}`,
        ...(event.thrown ? toolThrewLines(event.thrown.value).map((line) => `  ${line}`) : []),
      ];
    case 'context-change':
      return [
        `context: set ${shorten(event.set, 200)}${event.deleted.length > 0 ? `, deleted ${event.deleted.join(', ')}` : ''}`,
      ];
    case 'handoff':
      return [`${event.from} hands off to ${event.to}`];
    case 'run-end':
      return [`run ends with ${event.agent}: ${event.outcome}`];
  }
}

function responseLines({ agent, message }: Extract<RecordedEvent, { type: 'model-response' }>): string[] {
  const lines: string[] = [];
  if (typeof message.content === 'string' && message.content !== '')
    lines.push(`${agent} says: ${shorten(message.content, 200)}`);
  if ('refusal' in message && message.refusal)
    lines.push(`${agent} refuses: ${shorten(message.refusal, 200)}`);
  for (const call of ('tool_calls' in message && message.tool_calls) || []) {
    if (call.type === 'function')
      lines.push(`${agent} calls ${call.function.name}(${shorten(call.function.arguments, 200)})`);
  }
  return lines;
}
