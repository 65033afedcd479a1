import type { ChatCompletion, ChatCompletionChunk } from '../engine/model/provider.ts';
import type { ModelStep, ToolCallStep } from './steps.ts';

type Delta = ChatCompletionChunk['choices'][number]['delta'];
type FinishReason = ChatCompletion['choices'][number]['finish_reason'];

/** The fields of an answer besides its content. */
export interface AnswerFrame {
  /** "chatcmpl-1", … */
  id: string;
  /** The model of the request. */
  model: string;
  /** The ids of the calls, in order: a call's own id, or a generated one. */
  callIds: readonly string[];
}

/** The whole completion of a step. `created` is 0, so that it does not depend on the clock. */
export function scriptedCompletion(step: ModelStep, frame: AnswerFrame): ChatCompletion {
  const { id, model, callIds } = frame;
  const message: ChatCompletion['choices'][number]['message'] = {
    role: 'assistant',
    content: step.say ?? null,
    refusal: step.refusal ?? null,
  };
  if (step.calls) {
    message.tool_calls = step.calls.map((call, index) => ({
      id: callIds[index]!,
      type: 'function',
      function: { name: call.tool, arguments: argumentsText(call) },
    }));
  }
  const choices = [{ index: 0, message, finish_reason: finishReasonOf(step), logprobs: null }];
  const completion: ChatCompletion = { id, object: 'chat.completion', created: 0, model, choices };
  if (step.usage) completion.usage = { ...step.usage };
  return completion;
}

/**
 * The same completion as `scriptedCompletion`, in chunks. The text is always cut at the same places: inside words and
 * inside arguments. The arguments of parallel calls are interleaved. The last chunk of content has the finish reason.
 * The usage of the step, if there is any, follows in a chunk without choices.
 */
export function scriptedChunks(step: ModelStep, frame: AnswerFrame): ChatCompletionChunk[] {
  const chunk = (delta: Delta, finish_reason: FinishReason | null = null): ChatCompletionChunk => ({
    id: frame.id,
    object: 'chat.completion.chunk',
    created: 0,
    model: frame.model,
    choices: [{ index: 0, delta, finish_reason, logprobs: null }],
  });
  const chunks = contentDeltas(step, frame.callIds).map((delta) => chunk(delta));
  chunks.push(chunk({}, finishReasonOf(step)));
  if (step.usage) chunks.push({ ...chunk({}), choices: [], usage: { ...step.usage } });
  return chunks;
}

/** How many chunks of content a step has, including the one with the finish reason. */
export function chunkCount(step: ModelStep): number {
  return contentDeltas(step, []).length + 1;
}

/** The arguments of a call as text: `rawArgs` unchanged, otherwise `args` as JSON. */
export function argumentsText(call: ToolCallStep): string {
  return call.rawArgs ?? JSON.stringify(call.args ?? {});
}

function finishReasonOf(step: ModelStep): FinishReason {
  return (step.finishReason ?? (step.calls ? 'tool_calls' : 'stop')) as FinishReason;
}

function contentDeltas(step: ModelStep, callIds: readonly string[]): Delta[] {
  const deltas: Delta[] = [{ role: 'assistant', content: step.say === undefined ? null : '' }];
  for (const content of pieces(step.say ?? '')) deltas.push({ content });
  for (const refusal of pieces(step.refusal ?? '')) deltas.push({ refusal });
  // An empty refusal is still a refusal.
  if (step.refusal === '') deltas.push({ refusal: '' });

  const calls = step.calls ?? [];
  for (const [index, call] of calls.entries()) {
    deltas.push({
      tool_calls: [
        { index, id: callIds[index] ?? '', type: 'function', function: { name: call.tool, arguments: '' } },
      ],
    });
  }
  const argumentPieces = calls.map((call) => pieces(argumentsText(call)));
  const rounds = Math.max(0, ...argumentPieces.map((list) => list.length));
  for (let round = 0; round < rounds; round++) {
    for (const [index, list] of argumentPieces.entries()) {
      const text = list[round];
      if (text !== undefined) deltas.push({ tool_calls: [{ index, function: { arguments: text } }] });
    }
  }
  return deltas;
}

/** Uneven, so that the cuts fall at irregular places. */
const pieceLengths = [3, 5, 2, 7, 4];

/**
 * Cuts a text into pieces, one for each chunk. A long text gets longer pieces, so that there are about 200 at most. A
 * surrogate pair stays together, as in the API.
 */
function pieces(text: string): string[] {
  const scale = Math.ceil(text.length / 800);
  const list: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = start + pieceLengths[list.length % pieceLengths.length]! * scale;
    if (isHighSurrogate(text, end - 1)) end++;
    list.push(text.slice(start, end));
    start = end;
  }
  return list;
}

function isHighSurrogate(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 0xd800 && code <= 0xdbff;
}
