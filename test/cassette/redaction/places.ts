/** Every place of a conversation where a secret may be. */
import {
  Agent,
  Swarm,
  tool,
  type ChatCompletion,
  type CompletionProvider,
  type CompletionRequest,
  type Response,
  type RunSettings,
} from 'swarmcheck';
import { asking as calling, completion, readAll, saying } from '../../support/completions.ts';
import { asking, user } from '../replay/tapes.ts';
import { logprobsOf, type Answer } from './live.ts';
import type { Secrets } from './secrets.ts';

/** A conversation, and the answers of the model in it. */
interface Talk {
  readonly answers: readonly Answer[];
  /** Rejects with the error of the conversation. */
  readonly play: (provider: CompletionProvider, stream: boolean) => Promise<unknown>;
}

type Settings = Partial<RunSettings> & { contextVariables?: object };
type Place = (secrets: Secrets) => Talk;

/** A run with these settings, which ends after one answer by default. */
const run = (settings: Settings, ...answers: Answer[]): Talk => ({
  answers: answers.length > 0 ? answers : [saying('Done.')],
  play: async (provider, stream) => await runOf(provider, stream, settings),
});

async function runOf(provider: CompletionProvider, stream: boolean, settings: Settings): Promise<Response> {
  const swarm = new Swarm({ provider });
  const all = { agent: new Agent(), messages: [user('Go on.')], ...settings };
  if (!stream) return await swarm.run(all);
  let response: Response | undefined;
  for await (const event of swarm.run({ ...all, stream })) if ('response' in event) ({ response } = event);
  return response!;
}

/** A request without an engine, with any fields that the API takes. */
const request = (
  different: Partial<CompletionRequest> & Record<string, unknown>,
  answer: Answer = saying('Done.'),
): Talk => ({
  answers: [answer],
  play: async (provider, stream) => {
    const asked = { ...asking(user('Go on.')), ...different };
    return stream ? await readAll(provider.stream(asked)) : await provider.complete(asked);
  },
});

/** An agent with a tool that executes this. */
const withTool = (execute: (args: any, context: { contextVariables: any }) => unknown): Agent =>
  new Agent({
    functions: [tool({ name: 'act', parameters: { type: 'object', additionalProperties: true }, execute })],
  });

const call = (args: string): ChatCompletion =>
  completion(calling({ id: 'call_1', function: { name: 'act', arguments: args } }));

const calledWith = (args: string): Talk => run({ agent: withTool(() => 'ok') }, call(args), saying('Done.'));
const answered = (execute: Parameters<typeof withTool>[0]): Talk =>
  run({ agent: withTool(execute) }, call('{}'), saying('Done.'));

const nested = (data: object, times: number): string =>
  times === 0 ? JSON.stringify(data) : JSON.stringify({ json: nested(data, times - 1) });

const saidWith = (fields: object): ChatCompletion =>
  completion({ role: 'assistant', content: 'Done.', ...fields });

const failed = (status: number, error: { message: string; [field: string]: unknown }): Answer => ({
  status,
  error,
});

export const places: Record<string, Place> = {
  instructions: ({ text }) => run({ agent: new Agent({ instructions: text }) }),
  'instructions that are JSON': ({ data }) => run({ agent: new Agent({ instructions: nested(data, 0) }) }),
  'a message of the user': ({ text }) => run({ messages: [user(text)] }),
  'JSON that the user sends': ({ data }) => run({ messages: [user(nested(data, 0))] }),
  'parts of a message of the user': ({ text, data }) =>
    request({
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text },
            { type: 'text', text: nested(data, 1) },
            {
              type: 'image_url',
              image_url: { url: `https://x.example/a.png?token=${String(data['apiKey']).slice(0, 20)}` },
            },
          ],
        },
      ],
    }),
  'the name of the user': ({ texts }) =>
    request({ messages: [{ role: 'user', name: texts.join('\n'), content: 'Hi.' }] }),
  'earlier messages': ({ text, data }) =>
    request({
      messages: [
        user('Hi.'),
        calling({ id: 'a', function: { name: 'act', arguments: nested(data, 1) } }) as never,
        { role: 'tool', tool_call_id: 'a', content: text },
        { role: 'assistant', content: text, refusal: text },
        user('Go on.'),
      ],
    }),
  'a message for developers': ({ text }) => request({ messages: [{ role: 'developer', content: text }] }),
  'an invalid message': ({ text, data }) => request({ messages: [user('Hi.'), [text, data] as never] }),
  'the answer': ({ text }) => run({}, saying(text)),
  'an answer that is JSON': ({ data }) => run({}, saying(nested(data, 0))),
  'a refusal, and the reasoning': ({ text }) =>
    run({}, saidWith({ content: null, refusal: text, reasoning_content: text, reasoning: text })),
  'an answer with probabilities': ({ text }) => {
    const answer = saying(text);
    Object.assign(answer.choices[0]!, { logprobs: logprobsOf(...text.split(/\b/)) });
    return run({}, answer);
  },
  'unknown fields of an answer': ({ text, data }) =>
    run({}, { ...saying('Done.'), provider: { text, data }, trace: text } as Answer),
  'unknown fields of a choice': ({ text, data }) => {
    const answer = saying('Done.');
    Object.assign(answer.choices[0]!, { error: { message: text, data } });
    return request({}, answer);
  },
  'a text in place of a message': ({ text }) =>
    request({}, { ...saying(''), choices: [{ index: 0, text, finish_reason: 'stop' }] } as never),
  'sources, and details of the reasoning': ({ text, data }) =>
    request({}, saidWith({ annotations: [{ text, data }], reasoning_details: [{ type: 'text', text }] })),
  'a call of another kind': ({ text }) =>
    request(
      {},
      completion(calling({ id: 'a', type: 'custom', custom: { name: 'act', input: text } } as never)),
    ),
  'fields of a call': ({ text, data }) =>
    request(
      {},
      completion(
        calling({ id: 'a', extra: { text, data }, function: { name: 'act', arguments: '{}' } } as never),
      ),
    ),
  'arguments that are an object': ({ data }) =>
    request({}, completion(calling({ id: 'a', function: { name: 'act', arguments: data } }))),
  'probabilities of arguments': ({ data }) => {
    const answer = call(nested(data, 0));
    Object.assign(answer.choices[0]!, { logprobs: logprobsOf(...nested(data, 0).split(/\b/)) });
    return request({}, answer);
  },
  arguments: ({ data }) => calledWith(nested(data, 0)),
  'arguments that are a list': ({ texts, data }) => calledWith(JSON.stringify([...texts, [data]])),
  'JSON in arguments': ({ data }) => calledWith(nested(data, 1)),
  'JSON in JSON in arguments': ({ data }) => calledWith(nested(data, 2)),
  'arguments that break off': ({ texts }) => calledWith(`${JSON.stringify(texts).slice(0, -1)}, "a`),
  'arguments that are not JSON': ({ text }) => calledWith(text),
  'the result of a tool': ({ text }) => answered(() => text),
  'JSON in the result of a tool': ({ data }) => answered(() => data),
  'JSON in JSON in the result of a tool': ({ data }) => answered(() => nested(data, 2)),
  'the error of a tool': ({ text }) =>
    answered(() => {
      throw new Error(text);
    }),
  'context variables': ({ text, data, texts }) =>
    answered((_args, { contextVariables }) => {
      Object.assign(contextVariables, { text, data, [texts.join('\n')]: 'a key' });
      return 'ok';
    }),
  'names of context variables that are gone': ({ texts }) => {
    const name = texts.join('\n');
    const agent = withTool((_args, { contextVariables }) => delete contextVariables[name] && 'ok');
    return run({ agent, contextVariables: { [name]: 1 } }, call('{}'), saying('Done.'));
  },
  'the last result, after which no model is asked': ({ text }) => ({
    ...run({}, call('{}')),
    play: async (provider, stream) =>
      await runOf(provider, stream, { agent: withTool(() => text), maxTurns: 1 }),
  }),
  'the description of a tool': ({ text, texts }) =>
    request({
      tools: [
        {
          type: 'function',
          function: {
            name: 'act',
            description: text,
            parameters: {
              type: 'object',
              properties: { a: { type: 'string', enum: [...texts], default: text } },
            },
          },
        },
      ],
    }),
  'the schema of the answer': ({ text }) =>
    request({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'a', schema: { type: 'object', description: text } },
      },
    }),
  'parameters that the model sees': ({ texts, text }) =>
    request({ stop: [...texts], prediction: { type: 'content', content: text } }),
  'parameters that are secrets': ({ data }) => request({ ...data, extra_headers: data }),
  'parameters that the model does not see': ({ text }) =>
    request({ user: text, metadata: { text }, safety_identifier: text, prompt_cache_key: text, store: true }),
  'an error of the API': ({ text, data }) =>
    run({}, failed(429, { message: text, type: text, code: null, param: text, data })),
  'the details of an error': ({ text, data }) => run({}, failed(500, { message: text, detail: [data] })),
  'an invalid answer': ({ text, data }) => run({}, { text, data, choices: 'none' } as never),
  'an answer without choices': ({ text, data }) => run({}, { text, data, choices: [] } as never),
};
