import type { ChatCompletion, ChatCompletionChunk } from '../../engine/model/provider.ts';
import type { SeenRequest } from '../observed/observation.ts';

/** The parts of an answer that matter, as the provider sent them. */
export interface SentAnswer {
  /** '' if the answer has no text. */
  readonly content: unknown;
  readonly refusal: unknown;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
  readonly finishReason: string | undefined;
  readonly usage: unknown;
}

/** What the provider answered to a request; undefined if nothing that can be read as an answer arrived. */
export function sentAnswer({ isStreamed, chunks, answer }: SeenRequest): SentAnswer | undefined {
  return isStreamed ? joined(chunks) : whole(answer as Partial<ChatCompletion> | undefined);
}

function whole(answer: Partial<ChatCompletion> | undefined): SentAnswer | undefined {
  const choice = answer?.choices?.[0];
  if (!choice) return undefined;
  const { content, refusal, tool_calls } = choice.message;
  return {
    content: content ?? '',
    refusal: refusal ?? undefined,
    calls: (tool_calls ?? []).flatMap((call) =>
      call.type === 'function' ? [{ id: call.id, ...call.function }] : [],
    ),
    finishReason: choice.finish_reason ?? undefined,
    usage: answer?.usage ?? undefined,
  };
}

type Growing = { -readonly [Key in keyof SentAnswer['calls'][number]]: string };

/** The answer that chunks make up. This is a second implementation of the rules, as short as possible. */
function joined(chunks: readonly ChatCompletionChunk[]): SentAnswer | undefined {
  const calls = new Map<number, Growing>();
  let [content, refusal, finishReason, usage]: [string, string | undefined, string | undefined, unknown] = [
    '',
    undefined,
    undefined,
    undefined,
  ];
  for (const chunk of chunks) {
    usage = chunk.usage ?? usage;
    // A damaged chunk has no choices.
    const choice = (chunk.choices as ChatCompletionChunk['choices'] | undefined)?.[0];
    if (!choice) continue;
    finishReason = choice.finish_reason ?? finishReason;
    const { delta } = choice;
    content += delta.content ?? '';
    if (typeof delta.refusal === 'string') refusal = (refusal ?? '') + delta.refusal;
    for (const { index, id, function: part } of delta.tool_calls ?? []) {
      const call = calls.get(index) ?? { id: '', name: '', arguments: '' };
      calls.set(index, call);
      call.id ||= id ?? '';
      call.name ||= part?.name ?? '';
      call.arguments += part?.arguments ?? '';
    }
  }
  return chunks.length === 0
    ? undefined
    : { content, refusal, calls: [...calls.values()], finishReason, usage };
}
