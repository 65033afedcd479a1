import type { CompletionRequest } from '../engine/model/provider.ts';
import { assertValidSteps, type CheckedSteps } from '../script/valid-steps.ts';
import { checkedScriptProvider, type ScriptedProvider } from '../script/scripted-provider.ts';
import type { Step } from '../script/steps.ts';
import { answerApi, unknownPath } from './api.ts';
import { refusalOf } from './request-problems.ts';
import { conversationHeader, noRetry, type Served } from './respond.ts';
import { continuationOf } from '../trace/continuation.ts';
import { servedApi } from './served-api.ts';

/** One playing of the script. */
export interface ServedConversation extends Served {
  /** The header's text, else "1", "2", … in the order they began. */
  readonly name: string;
  readonly provider: ScriptedProvider;
  /** What went wrong in it. */
  mistake?: { error: unknown };
}

/**
 * One script for many conversations at once, each of which plays it from its beginning. A request says by a header which one
 * it belongs to; without it, it belongs to the one whose history it continues, and begins another where it continues none.
 * Conversations that have come to the same point cannot be told apart by that: then it is refused.
 */
export class ServedConversations {
  readonly all: ServedConversation[] = [];
  readonly #steps: CheckedSteps;
  readonly #wait: Served['wait'];
  /** Of requests that were refused because they could belong to several. */
  readonly ambiguities: Error[] = [];

  /** Throws a ScriptMistakeError for a malformed step. */
  constructor(steps: readonly Step[], wait: Served['wait']) {
    // At once, and not with the first request.
    assertValidSteps(steps);
    this.#steps = steps;
    this.#wait = wait;
  }

  /** The conversation that a request belongs to, or why that cannot be told, or what is wrong with it. */
  async choose(request: Request): Promise<ServedConversation | Response> {
    const body = await bodyOf(request);
    // A look at another path, or a request that is none, is no conversation: nothing of the script is left over in it.
    if (body === undefined) return (await answerApi(request, this.#make(undefined))) ?? unknownPath(request);
    const header = request.headers.get(conversationHeader);
    if (header !== null) return this.all.find(({ name }) => name === header) ?? this.#begin(header);
    const found = this.all.filter((conversation) => isContinued(conversation, body));
    if (found.length > 1) return this.#refuse(found);
    return found[0] ?? this.#begin(undefined);
  }

  /** What is left over or went wrong, conversation by conversation, as sentences. */
  leftovers(): string[] {
    if (this.all.length === 0) return ['Nobody asked: no step of the script was played.'];
    return [
      ...this.ambiguities.map(({ message }) => message),
      ...this.all.flatMap(({ name, provider, mistake }) => {
        try {
          if (mistake) throw mistake.error;
          provider.assertComplete();
          return [];
        } catch (error) {
          return [`Conversation ${name}: ${error instanceof Error ? error.message : String(error)}`];
        }
      }),
    ];
  }

  #begin(header: string | undefined): ServedConversation {
    const conversation = this.#make(header);
    this.all.push(conversation);
    return conversation;
  }

  #make(header: string | undefined): ServedConversation {
    const provider = checkedScriptProvider(this.#steps);
    const conversation: ServedConversation = {
      ...servedApi(provider, (error) => void (conversation.mistake ??= { error })),
      provider,
      name: header ?? String(this.all.length + 1),
      wait: this.#wait,
    };
    return conversation;
  }

  #refuse(found: readonly ServedConversation[]): Response {
    const names = found.map(({ name }) => name).join(' and ');
    const message = `The conversations ${names} have come to the same point, and this request continues each of them. Tell them apart by the header "${conversationHeader}".`;
    this.ambiguities.push(new Error(message));
    return Response.json(
      { error: { message, type: 'swarmcheck_error', param: null, code: null } },
      { status: 409, headers: noRetry },
    );
  }
}

/** What is asked for; undefined where it is refused anyway. */
async function bodyOf(request: Request): Promise<CompletionRequest | undefined> {
  if (request.method !== 'POST' || !new URL(request.url).pathname.endsWith('/chat/completions'))
    return undefined;
  try {
    const body: unknown = await request.clone().json();
    return refusalOf(body) ? undefined : (body as CompletionRequest);
  } catch {
    return undefined;
  }
}

/** Whether a request goes on where a conversation has come to: with its last answer, or once more with what failed. */
function isContinued({ log }: ServedConversation, request: CompletionRequest): boolean {
  const last = log.exchanges.at(-1);
  const said = last && continuationOf(last.request.messages, request.messages);
  if (!said) return false;
  return last.error ? said.length === 0 : said[0]?.role === 'assistant';
}
