/** A model to be recorded: in process, or on loopback behind the client of OpenAI. */
import type { ChatCompletion, ChatCompletionChunk, CompletionProvider } from 'swarmcheck';
import { openaiProvider } from 'swarmcheck';
import { type Exchange, json, serve, sse } from '../../support/loopback.ts';

/** What the model answers: a completion, or an error of the API. */
export type Answer = ChatCompletion | ErrorAnswer;

interface ErrorAnswer {
  readonly status: number;
  readonly error: { readonly message: string };
}

const headers = (secret: string) => ({
  'set-cookie': `session=${secret}`,
  'x-request-id': secret,
  authorization: `Bearer ${secret}`,
  'retry-after-ms': '1',
});

interface Live extends Disposable {
  readonly provider: CompletionProvider;
}

/** How a conversation is held, and with which model. */
export interface Way {
  readonly name: string;
  readonly stream: boolean;
  /** A model with these answers; the headers of its responses contain the secret. */
  readonly live: (answers: readonly Answer[], secret: string) => Promise<Live>;
}

export const ways: readonly Way[] = [
  { name: 'in process', stream: false, live: inProcess },
  { name: 'in process, streamed', stream: true, live: inProcess },
  { name: "through OpenAI's client", stream: false, live: throughClient },
  { name: "through OpenAI's client, streamed", stream: true, live: throughClient },
];

async function inProcess(answers: readonly Answer[], secret: string): Promise<Live> {
  let count = 0;
  const next = () => {
    const answer = answers[count++]!;
    if (!('status' in answer)) return answer;
    const { status, error } = answer;
    const words = `${status} ${error.message}`;
    throw Object.assign(new Error(words), { status, error, headers: new Headers(headers(secret)) });
  };
  const provider: CompletionProvider = {
    complete: async () => next(),
    async *stream() {
      yield* cutUp(next());
    },
  };
  return { provider, [Symbol.dispose]() {} };
}

async function throughClient(answers: readonly Answer[], secret: string): Promise<Live> {
  const server = await serve(
    ...answers.map((answer) => (exchange: Exchange) => send(exchange, answer, secret)),
  );
  const { baseURL } = server.options;
  // Uses the key of the environment.
  const provider = openaiProvider({ baseURL, maxRetries: 0, logLevel: 'off' });
  return { provider, [Symbol.dispose]: () => server[Symbol.dispose]() };
}

function send({ body, response }: Exchange, answer: Answer, secret: string): void {
  for (const [name, value] of Object.entries(headers(secret))) response.setHeader(name, value);
  if ('status' in answer) return json(response, answer.status, { error: answer.error });
  if (!body.stream) return json(response, 200, answer);
  for (const chunk of cutUp(answer)) sse(response, chunk);
  response.end('data: [DONE]\n\n');
}

/** A completion in chunks of three characters, so that no chunk contains a whole secret. */
function cutUp(answer: ChatCompletion): ChatCompletionChunk[] {
  const { choices, ...head } = answer;
  // An invalid answer is sent unchanged.
  if (!choices[0]?.message) return [answer as never];
  const { message, finish_reason } = choices[0];
  const { tool_calls: calls, ...fields } = message;
  const chunks: object[] = [];
  const add = (delta: object, finish: unknown = null, logprobs: unknown = null) =>
    chunks.push({
      ...head,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish, logprobs }],
    });
  for (const [field, value] of Object.entries(fields)) {
    if (field === 'role' || typeof value !== 'string') add({ [field]: value });
    else for (const text of pieces(value)) add({ [field]: text }, null, logprobsOf(text));
  }
  for (const [index, call] of (calls ?? []).entries()) {
    const { id, type } = call;
    const called = 'function' in call ? call.function : undefined;
    if (typeof called?.arguments !== 'string' || 'extra' in call) {
      add({ tool_calls: [{ index, ...call }] });
      continue;
    }
    const { name, arguments: args } = called;
    add({ tool_calls: [{ index, id, type, function: { name, arguments: '' } }] });
    for (const text of pieces(args))
      add({ tool_calls: [{ index, function: { arguments: text } }] }, null, logprobsOf(text));
  }
  add({}, finish_reason);
  return chunks as ChatCompletionChunk[];
}

function pieces(text: string): string[] {
  return text.match(/.{1,3}/gs) ?? [];
}

/** Probabilities, which contain the text once more. */
export function logprobsOf(...tokens: string[]): object {
  return {
    content: tokens.map((token) => ({
      token,
      logprob: -1,
      bytes: [...Buffer.from(token)],
      top_logprobs: [],
    })),
    refusal: null,
  };
}
