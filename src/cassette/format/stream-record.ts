import { isDeepStrictEqual } from 'node:util';
import { copyData, isPlainObject } from '../../engine/values/copy.ts';
import { ChunkFold } from '../../engine/model/fold-chunks.ts';
import type { ChatCompletion, ChatCompletionChunk } from '../../engine/model/provider.ts';
import { textFields, type StreamPart, type StreamRecord, type TextField } from './format.ts';
import { Settled, unwrapped } from '../../secrets/json-text.ts';
import type { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { toJson, type MapCompletionText } from './answer-record.ts';
import { choicesOf, mapTexts, spellsSecret } from './spread-texts.ts';

/** A chunk, and the milliseconds since the previous chunk, which are 0 for the first one. */
export interface TimedChunk {
  readonly chunk: ChatCompletionChunk;
  readonly ms: number;
}

/**
 * A field of the API: random padding that hides the length of a text from eavesdroppers. It is different in every
 * chunk and has no other use.
 */
const paddingField = 'obfuscation';

/** The stored form of a stream: its original chunks, without secrets. */
export function streamRecord(
  timed: readonly TimedChunk[],
  cut: StreamRecord['cut'],
  redactor: Redactor,
  secrets: LaneSecrets,
): StreamRecord {
  const chunks = timed.map(({ chunk }) => withoutPadding(toJson(chunk)));
  const map: MapCompletionText = (text, path) => redactor.text(secrets, text, path);
  const isChanged = mapTexts(chunks, map, (text) => new Settled(text)) || spellsSecret(chunks, map);
  // The log probabilities repeat the text token by token, so they are dropped if the text changed. Otherwise they are
  // kept unchanged: their fields named "token" do not hold secrets.
  for (const choice of chunks.flatMap(choicesOf))
    if (choice['logprobs']) choice['logprobs'] = isChanged ? null : new Settled(choice['logprobs']);
  const hidden = chunks.map((chunk) => unwrapped(redactor.data(secrets, chunk, ['response'])));
  const { choices: _choices, ...common } = isPlainObject(hidden[0]) ? hidden[0] : {};
  const choice = commonChoice(hidden);
  const parts: PartDraft[] = [];
  for (const [index, chunk] of hidden.entries()) addPart(parts, chunk, timed[index]!.ms, common, choice);
  return { chunk: common, ...(choice && { choice }), parts, ...(cut && { cut }) };
}

/**
 * The chunks of a stored stream as they arrived. The secrets that the conversation has shown replace their
 * placeholders.
 */
export function storedChunks(
  { chunk: common, choice, parts }: StreamRecord,
  secrets: LaneSecrets,
): TimedChunk[] {
  const made = (delta: object, ms: number, finish: object = {}) => ({
    chunk: { ...common, choices: [{ ...choice, delta, ...finish }] },
    ms,
  });
  const timed = parts.flatMap((part): { chunk: unknown; ms: number }[] => {
    if ('texts' in part)
      return part.texts.map((text, index) => made({ [part.field]: text }, part.ms[index]!));
    if ('arguments' in part) {
      return part.arguments.map((text, index) =>
        made({ tool_calls: [{ index: part.call, function: { arguments: text } }] }, part.ms[index]!),
      );
    }
    if ('chunk' in part)
      return [{ chunk: part.isWhole ? part.chunk : { ...common, ...part.chunk }, ms: part.ms }];
    const { delta, finish_reason, ms } = part;
    return [made(delta, ms, finish_reason === undefined ? {} : { finish_reason })];
  });
  const chunks = timed.map(({ chunk }) => copyData(chunk));
  if (!secrets.isEmpty)
    mapTexts(
      chunks,
      (text) => secrets.reveal(text),
      (text) => text,
    );
  return chunks.map((chunk, index) => ({
    chunk: secrets.revealData(chunk) as ChatCompletionChunk,
    ms: timed[index]!.ms,
  }));
}

/** The completion that chunks fold to. Several choices are folded separately. */
export function folded(chunks: readonly unknown[]): unknown {
  const indices = new Set(
    chunks.flatMap(choicesOf).map(({ index }) => (typeof index === 'number' ? index : 0)),
  );
  if (indices.size < 2) return foldedChoice(chunks);
  const completions = [...indices]
    .toSorted((left, right) => left - right)
    .map((index) => {
      const own = chunks.map((chunk) =>
        isPlainObject(chunk) && Array.isArray(chunk['choices'])
          ? { ...chunk, choices: choicesOf(chunk).filter((choice) => (choice['index'] ?? 0) === index) }
          : chunk,
      );
      const completion = foldedChoice(own) as ChatCompletion;
      return { ...completion, choices: [{ ...completion.choices[0]!, index }] };
    });
  return { ...completions[0], choices: completions.flatMap(({ choices }) => choices) };
}

function foldedChoice(chunks: readonly unknown[]): unknown {
  const fold = new ChunkFold();
  for (const chunk of chunks) fold.add(chunk);
  return fold.completion();
}

/**
 * An unstreamed completion as chunks. Each choice becomes a chunk with its role, a chunk for its text and for each
 * tool call, and a chunk with its finish reason. The last chunk has the usage.
 */
export function chunksOfCompletion(completion: unknown): ChatCompletionChunk[] {
  const { choices, usage, ...head } = (
    isPlainObject(completion) ? completion : {}
  ) as Partial<ChatCompletion>;
  const chunk = (fields: object) =>
    ({ ...head, object: 'chat.completion.chunk', ...fields }) as ChatCompletionChunk;
  if (!Array.isArray(choices)) return completion === null ? [] : [chunk({ choices })];
  const chunks =
    choices.length > 0
      ? choices.flatMap((choice) => chunksOfChoice(choice, chunk))
      : [chunk({ choices: [] })];
  return usage ? [...chunks, chunk({ choices: [], usage })] : chunks;
}

function chunksOfChoice(
  { message, finish_reason, index, logprobs }: ChatCompletion['choices'][number],
  chunk: (fields: object) => ChatCompletionChunk,
): ChatCompletionChunk[] {
  const piece = (delta: object, finish: unknown = null) =>
    chunk({ choices: [{ index, delta, finish_reason: finish, logprobs }] });
  const { role, content, tool_calls: calls, ...others } = message ?? {};
  return [
    piece({ role: role ?? 'assistant', ...others, content: typeof content === 'string' ? '' : content }),
    ...(typeof content === 'string' && content !== '' ? [piece({ content })] : []),
    ...(calls ?? []).map((call, place) => piece({ tool_calls: [{ index: place, ...call }] })),
    piece({}, finish_reason),
  ];
}

function withoutPadding(chunk: unknown): unknown {
  if (!isPlainObject(chunk)) return chunk;
  const { [paddingField]: _padding, ...rest } = chunk;
  return rest;
}

/** The fields that choices share besides their deltas, taken from the first chunk that has exactly one choice. */
function commonChoice(chunks: readonly unknown[]): Record<string, unknown> | undefined {
  for (const chunk of chunks) {
    const choice = onlyChoice(chunk);
    if (!choice) continue;
    const { delta: _delta, ...common } = choice;
    return { ...common, finish_reason: null };
  }
  return undefined;
}

function onlyChoice(chunk: unknown): Record<string, unknown> | undefined {
  const choices: unknown = isPlainObject(chunk) ? chunk['choices'] : undefined;
  const choice: unknown = Array.isArray(choices) && choices.length === 1 ? choices[0] : undefined;
  return isPlainObject(choice) && isPlainObject(choice['delta']) ? choice : undefined;
}

/** A part under construction. */
type PartDraft =
  | { texts: string[]; field: TextField; ms: number[] }
  | { arguments: string[]; call: number; ms: number[] }
  | Extract<StreamPart, { ms: number }>;

/** Adds a chunk to the last part if it continues that part, otherwise as a part of its own. */
function addPart(
  parts: PartDraft[],
  chunk: unknown,
  ms: number,
  common: Record<string, unknown>,
  usual: Record<string, unknown> | undefined,
): void {
  const choice = onlyChoice(chunk);
  const { choices: _choices, ...rest } = isPlainObject(chunk) ? chunk : {};
  const { delta, finish_reason, ...others } = choice ?? {};
  const { finish_reason: _none, ...usualOthers } = usual ?? {};
  const isUsual = isDeepStrictEqual(rest, common) && isDeepStrictEqual(others, usualOthers);
  const hasFinish = choice !== undefined && 'finish_reason' in choice;
  if (!choice || !isUsual || !hasFinish || (finish_reason !== null && typeof finish_reason !== 'string')) {
    parts.push({ ...differing(isPlainObject(chunk) ? chunk : { value: chunk }, common), ms });
    return;
  }
  const last = parts.at(-1);
  const piece = finish_reason === null ? pieceOf(delta as Record<string, unknown>) : undefined;
  if (!piece) {
    const part = {
      delta: delta as Record<string, unknown>,
      ...(finish_reason !== null && { finish_reason }),
      ms,
    };
    parts.push(part);
  } else if ('field' in piece) {
    const { field, text } = piece;
    const open = last && 'texts' in last && last.field === field ? last : undefined;
    if (!open) parts.push({ texts: [text], field, ms: [ms] });
    open?.texts.push(text);
    open?.ms.push(ms);
  } else {
    const { call, text } = piece;
    const open = last && 'arguments' in last && last.call === call ? last : undefined;
    if (!open) parts.push({ arguments: [text], call, ms: [ms] });
    open?.arguments.push(text);
    open?.ms.push(ms);
  }
}

/** The fields of a chunk that differ from `common`; the whole chunk if it lacks a field of `common`. */
function differing(
  chunk: Record<string, unknown>,
  common: Record<string, unknown>,
): { chunk: Record<string, unknown>; isWhole?: true } {
  if (Object.keys(common).some((field) => !Object.hasOwn(chunk, field))) return { chunk, isWhole: true };
  const fields = Object.entries(chunk).filter(([field, value]) => !isDeepStrictEqual(value, common[field]));
  return { chunk: Object.fromEntries(fields) };
}

/** The piece of text, or of arguments, that a delta adds; undefined if the delta has anything else. */
function pieceOf(
  delta: Record<string, unknown>,
): { field: TextField; text: string } | { call: number; text: string } | undefined {
  const entries = Object.entries(delta);
  const [[field, value] = []] = entries;
  if (entries.length !== 1) return undefined;
  if (typeof value === 'string' && textFields.includes(field as TextField))
    return { field: field as TextField, text: value };
  if (field !== 'tool_calls' || !Array.isArray(value) || value.length !== 1) return undefined;
  const { index: call, function: called } = value[0] as {
    index?: unknown;
    function?: { arguments?: unknown };
  };
  const text = called?.arguments;
  if (typeof text !== 'string' || !Number.isInteger(call)) return undefined;
  return isDeepStrictEqual(value[0], { index: call, function: { arguments: text } })
    ? { call: call as number, text }
    : undefined;
}
