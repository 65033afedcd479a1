import { readArgs } from '../engine/tools/read-args.ts';
import type { RecordedEvent, TracedToolCall, TraceEvent } from '../engine/run/events.ts';
import type { Message } from '../engine/model/messages.ts';
import { keepThrown } from './thrown-by.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';

/** A recorded event in its public form. Making it costs time and memory, so it is made only when it is read. */
export function materialize(event: RecordedEvent, run: number): TraceEvent {
  switch (event.type) {
    case 'model-request': {
      const { type, turn, agent } = event;
      return { type, run, turn, agent, request: fullRequest(event) };
    }
    case 'model-response': {
      const { type, turn, agent, finishReason, usage } = event;
      const response: TraceEvent = {
        type,
        run,
        turn,
        agent,
        message: event.message as Message,
        finishReason,
      };
      return usage ? { ...response, usage } : response;
    }
    case 'tool-result':
      return resultOf(event, run);
    default: {
      const { type, ...rest } = event;
      return { type, run, ...rest } as TraceEvent;
    }
  }
}

function resultOf(recorded: Extract<RecordedEvent, { type: 'tool-result' }>, run: number): TraceEvent {
  const event: TraceEvent = { type: recorded.type, ...toolCallOf(recorded, run) };
  if (recorded.thrown) keepThrown(event, recorded.thrown);
  return event;
}

/** A tool call and its answer, with the arguments parsed. */
export function toolCallOf(
  event: Extract<RecordedEvent, { type: 'tool-result' }>,
  run: number,
): TracedToolCall {
  const { turn, agent, tool, toolCallId, content, error } = event;
  const call: TracedToolCall = { run, turn, agent, tool, toolCallId, args: readArgs(event.rawArgs), content };
  if (error) call.error = error;
  if (event.thrown) keepThrown(call, event.thrown);
  return call;
}

function fullRequest(event: Extract<RecordedEvent, { type: 'model-request' }>): CompletionRequest {
  const { model, tools, ...rest } = event.request;
  const messages = [event.system, ...event.history.slice(1, event.length)];
  return tools ? { model, messages, tools: [...tools], ...rest } : { model, messages, ...rest };
}
