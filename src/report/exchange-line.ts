import { readArgs } from '../engine/tools/read-args.ts';
import { callText, textOf } from '../trace/format.ts';
import type { Exchange } from '../wire/exchange.ts';

/** A request and its answer in one line: `user "hi" → transfer_to_refunds()`. */
export function exchangeLine({ request, completion, error }: Exchange): string {
  const last = request.messages.at(-1);
  const said = last ? `${last.role} ${JSON.stringify(clip(textOf(last.content)))}` : 'nothing';
  return `${said} → ${error ? error.message : answerText(completion)}`;
}

function answerText(completion: unknown): string {
  const { choices } = (completion ?? {}) as {
    choices?: { message?: { content?: unknown; refusal?: unknown; tool_calls?: ToolCallLike[] } }[];
  };
  const { content, refusal, tool_calls: calls = [] } = choices?.[0]?.message ?? {};
  const parts = calls.map(({ function: called }) => callText(called.name, readArgs(called.arguments), 100));
  const text = textOf(content) || textOf(refusal);
  if (text !== '') parts.unshift(JSON.stringify(clip(text)));
  return parts.join(' + ') || 'nothing';
}

interface ToolCallLike {
  function: { name: string; arguments: string };
}

function clip(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}
