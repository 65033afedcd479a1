import type { ChatCompletion } from '../engine/model/provider.ts';
import type { Fault } from '../script/faults.ts';
import type { ModelStep, Step, ToolCallStep } from '../script/steps.ts';
import { textOf } from '../trace/format.ts';
import {
  isLines,
  joined,
  type ErrorRecord,
  type InteractionRecord,
  type LaneRecord,
  type MessageRecord,
} from './format/format.ts';
import { storedChunks, folded } from './format/stream-record.ts';
import { recordedCallsOf, answerOf } from './match/answers.ts';
import { LaneSecrets } from '../secrets/lane-secrets.ts';

/**
 * A recorded conversation as a script. `messages` holds the messages before the last user message of the first
 * request.
 */
export interface RecordedScript {
  messages: MessageRecord[];
  steps: Step[];
  /** The names of the agents that were active, in order, as far as the recording shows them. */
  agents: string[];
}

/**
 * Turns a recorded conversation into a script. `nameOf` returns the name of the agent under a label of the cassette.
 * A damaged answer becomes a fault of the same kind.
 */
export function recordedScript(
  { interactions }: LaneRecord,
  nameOf: (label: string) => string,
): RecordedScript {
  const script: RecordedScript = { messages: [], steps: [], agents: [] };
  for (const [index, interaction] of interactions.entries()) {
    const { request, handoff } = interaction;
    const added = [...(request.new ?? [])];
    // If the conversation began before it was recorded, its first request has earlier messages.
    const firstUser = added.findLastIndex(({ role }) => role === 'user');
    if (index === 0) script.messages.push(...added.splice(0, Math.max(0, firstUser)));
    for (const message of added) if (message['role'] === 'user') script.steps.push({ user: textIn(message) });
    script.steps.push(stepOf(interaction));
    const names = [nameOf(request.agent)];
    if (handoff) names.push(handoff.to);
    for (const name of names) if (name !== script.agents.at(-1)) script.agents.push(name);
  }
  return script;
}

function textIn(message: MessageRecord): string {
  const { content } = message;
  return isLines(content) ? joined(content) : textOf(content);
}

function stepOf(interaction: InteractionRecord): ModelStep {
  const { error, aborted, stream, results = [] } = interaction;
  if (aborted) return { fault: { kind: 'no-answer' } };
  if (error && !stream) return { fault: faultOf(error) };
  const message = answerOf(interaction);
  if (!message) return cutStep(interaction);
  const step: ModelStep = {};
  const { content, refusal } = message;
  const text = isLines(content) ? joined(content) : textOf(content);
  const calls = recordedCallsOf(message).map((call, index): ToolCallStep =>
    callOf(call, results[index]?.error),
  );
  if (text !== '' || (calls.length === 0 && refusal === undefined)) step.say = text;
  if (typeof refusal === 'string' || isLines(refusal)) step.refusal = joined(refusal);
  if (calls.length > 0) step.calls = calls;
  const finishReason = finishReasonOf(interaction);
  if (finishReason !== undefined && finishReason !== (calls.length > 0 ? 'tool_calls' : 'stop'))
    step.finishReason = finishReason;
  return step;
}

/**
 * The step for an answer that was cut off. An answer whose reader stopped reading counts as cut off, too, because the
 * rest was not recorded.
 */
function cutStep({ stream }: InteractionRecord): ModelStep {
  const chunks = stream ? storedChunks(stream, new LaneSecrets()).map(({ chunk }) => chunk) : [];
  const by = stream?.cut === 'error' ? ('error' as const) : ('end' as const);
  let text = '';
  try {
    const { choices } = folded(chunks) as ChatCompletion;
    text = textOf(choices[0]?.message.content);
  } catch {
    // No readable chunk arrived.
  }
  return { say: text, fault: { kind: 'cut', afterChunks: text === '' ? 0 : chunks.length, by } };
}

function callOf(
  { name, arguments: raw }: { name: string; arguments: string },
  error: string | undefined,
): ToolCallStep {
  const args = parsed(raw);
  const isWrong = error === 'unknown-tool' || error === 'invalid-arguments' || error === 'invalid-json';
  if (!args) return { tool: name, rawArgs: raw };
  return { tool: name, args, ...(isWrong && { hallucinated: true }) };
}

/** The arguments as an object; undefined if a script with this object would send a different text. */
function parsed(raw: string): object | undefined {
  try {
    const args: unknown = JSON.parse(raw);
    const isObject = typeof args === 'object' && args !== null && !Array.isArray(args);
    return isObject && JSON.stringify(args) === raw ? args : undefined;
  } catch {
    return undefined;
  }
}

function finishReasonOf({ completion, stream }: InteractionRecord): string | undefined {
  if (stream) {
    const last = stream.parts.findLast((part) => 'delta' in part && part.finish_reason !== undefined);
    return last && 'delta' in last ? last.finish_reason : undefined;
  }
  return (completion as Partial<ChatCompletion> | undefined)?.choices?.[0]?.finish_reason ?? undefined;
}

function faultOf({ name, status, body, headers = {} }: ErrorRecord): Fault {
  if (status !== undefined) {
    const retryAfterMs = Number(headers['retry-after-ms'] ?? Number(headers['retry-after']) * 1000);
    return {
      kind: 'status',
      status,
      ...(Number.isFinite(retryAfterMs) && { retryAfterMs }),
      ...(body !== undefined && { body: { error: body } }),
    };
  }
  return name === 'InvalidCompletionError' ? { kind: 'malformed-json' } : { kind: 'reset' };
}
