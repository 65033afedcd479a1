/**
 * A model on loopback, for recording the fixtures. It answers by rules, in the shapes of the OpenAI API (2026-11),
 * including padding, fingerprints and empty lists. Prints its address, and serves until it is killed.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { airlineRules } from './airline.ts';
import { basicRules } from './basic.ts';
import { judgeRules } from './judge.ts';
import { shopperRules } from './personal-shopper.ts';
import { recordedRules } from './recorded.ts';
import { answerBy, type Answer, type Rule } from './rules.ts';
import { supportBotRules } from './support-bot.ts';
import { triageRules } from './triage.ts';
import { weatherRules } from './weather.ts';

interface Request {
  model: string;
  messages: { role: string; content?: string | null; tool_calls?: unknown[] }[];
  tools?: { function: { name: string } }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
}

/** The rules for all recordings. Each rule matches different words. */
const rules: readonly Rule[] = [
  ...judgeRules,
  ...airlineRules,
  ...shopperRules,
  ...supportBotRules,
  ...triageRules,
  ...weatherRules,
  ...basicRules,
  ...recordedRules,
];

let answers = 0;
let calls = 0;

createServer((incoming, outgoing) => {
  let body = '';
  incoming.setEncoding('utf8').on('data', (part: string) => (body += part));
  incoming.on('end', () => answer(JSON.parse(body) as Request, outgoing));
}).listen(0, '127.0.0.1', function (this: { address(): unknown }) {
  console.log(`http://127.0.0.1:${(this.address() as AddressInfo).port}/v1`);
});

function answer(request: Request, outgoing: ServerResponse): void {
  const last = request.messages.at(-1)?.content ?? '';
  outgoing.setHeader('x-request-id', 'req_fixture');
  outgoing.setHeader('set-cookie', 'session=not-for-disk');
  if (last.includes('you are busy')) {
    const error = {
      message: 'Rate limit reached for gpt-4o.',
      type: 'requests',
      param: null,
      code: 'rate_limit_exceeded',
    };
    outgoing.writeHead(429, { 'content-type': 'application/json', 'retry-after-ms': '1' });
    outgoing.end(JSON.stringify({ error }));
    return;
  }
  const offered = (request.tools ?? []).map((tool) => tool.function.name);
  const said = answerBy(rules, last, offered);
  const id = `chatcmpl-Fixture${++answers}`;
  const head = {
    id,
    created: 1764232440,
    model: 'gpt-4o-2024-08-06',
    service_tier: 'default',
    system_fingerprint: 'fp_fixture',
  };
  if (request.stream) stream(said, request, head, outgoing);
  else whole(said, head, outgoing);
}

const usage = {
  prompt_tokens: 41,
  completion_tokens: 9,
  total_tokens: 50,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

function toolCalls(said: Answer) {
  return said.calls?.map(([name, args]) => ({
    id: `call_Fixture${++calls}`,
    type: 'function' as const,
    function: { name, arguments: JSON.stringify(args) },
  }));
}

function whole(said: Answer, head: object, outgoing: ServerResponse): void {
  const tool_calls = toolCalls(said);
  const message = {
    role: 'assistant',
    content: said.text ?? null,
    refusal: null,
    annotations: [],
    ...(tool_calls && { tool_calls }),
  };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: tool_calls ? 'tool_calls' : 'stop' }];
  outgoing.writeHead(200, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify({ ...head, object: 'chat.completion', choices, usage }));
}

function stream(said: Answer, { stream_options }: Request, head: object, outgoing: ServerResponse): void {
  const hasUsage = stream_options?.include_usage === true;
  outgoing.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
  const send = (fields: object) => {
    const chunk = {
      ...head,
      object: 'chat.completion.chunk',
      ...fields,
      obfuscation: 'x'.repeat(1 + (answers % 9)),
    };
    outgoing.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const piece = (delta: object, finish_reason: string | null = null) =>
    send({ choices: [{ index: 0, delta, logprobs: null, finish_reason }], ...(hasUsage && { usage: null }) });
  const made = toolCalls(said);
  piece({ role: 'assistant', content: made ? null : '', refusal: null });
  for (const [index, call] of (made ?? []).entries()) {
    piece({ tool_calls: [{ index, ...call, function: { name: call.function.name, arguments: '' } }] });
    for (const text of call.function.arguments.match(/.{1,6}/gs) ?? [])
      piece({ tool_calls: [{ index, function: { arguments: text } }] });
  }
  for (const content of said.text?.match(/\s?\S+|\s/g) ?? []) piece({ content });
  piece({}, made ? 'tool_calls' : 'stop');
  if (hasUsage) send({ choices: [], usage });
  outgoing.end('data: [DONE]\n\n');
}
