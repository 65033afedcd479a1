import type {
  ChatCompletion,
  ChatCompletionChunk,
  CompletionProvider,
  CompletionRequest,
} from '../../engine/model/provider.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { assertSameOutcome, converse, finished, inOnePiece, type RunOnce } from '../relations/by-hand.ts';
import { assertOurAgents } from '../relations/compared-plays.ts';

function scribble(request: CompletionRequest): void {
  request.model = 'scribbled';
  request.messages.push({ role: 'user', content: 'scribbled' });
  request.messages.reverse();
  if (request.tools) request.tools.length = 0;
}

/**
 * A provider that changes each request after it has answered. A provider may do this, because it owns the request
 * object.
 */
function scribbling(provider: CompletionProvider): CompletionProvider {
  return {
    async complete(request, options) {
      const completion = await provider.complete(request, options);
      scribble(request);
      return completion;
    },
    async *stream(request, options) {
      yield* provider.stream(request, options);
      scribble(request);
    },
  };
}

export async function scribblingProviderChangesNothing(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const relation = 'scribbling-provider-changes-nothing';
  const plain = await converse(scenario, inOnePiece);
  const how = 'with a provider that changes its requests';
  assertSameOutcome(relation, plain, await converse(scenario, inOnePiece, scribbling), how);
  assertSameOutcome(relation, plain, await converse(scenario, streamed, scribbling), `streamed ${how}`);
}

const streamed: RunOnce = async (provider, hooks, parts) =>
  await finished(provider, hooks, { ...parts, stream: true });

type Delta = ChatCompletionChunk['choices'][number]['delta'];

/** Ways to cut an answer into deltas. */
const cuts: Readonly<Record<string, (completion: ChatCompletion) => Delta[]>> = {
  'in one chunk'({ choices: [choice] }) {
    const { content, refusal, tool_calls } = choice!.message;
    return [{ role: 'assistant', content, refusal, ...(tool_calls && { tool_calls: indexed(tool_calls) }) }];
  },
  'one character at a time, with interleaved calls'({ choices: [choice] }) {
    const { content, refusal, tool_calls = [] } = choice!.message;
    const calls = indexed(tool_calls);
    const longest = Math.max(0, ...calls.map((call) => call.function.arguments.length));
    return [
      { role: 'assistant', content: content === null ? null : '' },
      ...Array.from(content ?? '', (character): Delta => ({ content: character })),
      ...Array.from(refusal ?? '', (character): Delta => ({ refusal: character })),
      ...(refusal === '' ? [{ refusal: '' }] : []),
      // The ids and names of all calls come in one delta, as some servers send them.
      ...(calls.length > 0
        ? [{ tool_calls: calls.map((call) => ({ ...call, function: { ...call.function, arguments: '' } })) }]
        : []),
      ...Array.from({ length: longest }, (_, at): Delta => ({
        tool_calls: calls
          .filter((call) => at < call.function.arguments.length)
          .map(({ index, function: { arguments: text } }) => ({
            index,
            function: { arguments: text.slice(at, at + 1) },
          }))
          .toReversed(),
      })),
    ];
  },
};

function indexed(calls: NonNullable<ChatCompletion['choices'][number]['message']['tool_calls']>): {
  index: number;
  id: string;
  type: 'function';
  function: { name: string; arguments: string };
}[] {
  return calls.flatMap((call, index) => (call.type === 'function' ? [{ ...call, index }] : []));
}

/** A provider that streams the deltas of `cut`. */
function cutting(
  provider: CompletionProvider,
  cut: (completion: ChatCompletion) => Delta[],
): CompletionProvider {
  return {
    complete: (request, options) => provider.complete(request, options),
    async *stream(request, options) {
      const completion = await provider.complete(request, options);
      const { id, created, model } = completion;
      const choices: unknown = completion.choices;
      const choice = Array.isArray(choices) ? (choices[0] as ChatCompletion['choices'][number]) : undefined;
      const frame = { id, created, model, object: 'chat.completion.chunk' as const };
      // An answer without a choice is damaged, so its stream sends no chunk.
      if (!choice) return;
      for (const delta of cut(completion))
        yield { ...frame, choices: [{ index: 0, delta, finish_reason: null }] };
      yield { ...frame, choices: [{ index: 0, delta: {}, finish_reason: choice.finish_reason }] };
    },
  };
}

export async function chunksChangeNothing(scenario: Scenario): Promise<void> {
  assertOurAgents(scenario);
  const plain = await converse(scenario, inOnePiece);
  for (const [how, cut] of Object.entries(cuts)) {
    const other = await converse(scenario, streamed, (provider) => cutting(provider, cut));
    assertSameOutcome('chunks-change-nothing', plain, other, `streamed ${how}`);
  }
}
