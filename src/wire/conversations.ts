import type { CompletionRequest } from '../engine/model/provider.ts';
import { assertValidSteps, type CheckedSteps } from '../script/valid-steps.ts';
import { checkedScriptProvider, type ScriptedProvider } from '../script/scripted-provider.ts';
import type { Step } from '../script/steps.ts';
import { answerApi, unknownPath } from './api.ts';
import { Arrivals } from './arrivals.ts';
import { refusalOf } from './request-problems.ts';
import { conversationHeader, noRetry, type Served } from './respond.ts';
import { continuationOf } from '../trace/continuation.ts';
import { assertServedWell, servedApi } from './served-api.ts';

/** One conversation, which plays the script from its beginning. */
export interface ServedConversation extends Served {
  /**
   * The text of the conversation header. Without the header, the number of the conversation among all: "1", "2", …
   */
  readonly name: string;
  readonly provider: ScriptedProvider;
  /** The first mistake in this conversation. */
  mistake?: { error: unknown };
}

/**
 * One script for many concurrent conversations. Each conversation plays it from its beginning. A request names its
 * conversation in a header. Without the header, it belongs to the conversation whose history it continues, or begins
 * a new one. A request that continues several conversations, because they are equal so far, is refused.
 */
export class ServedConversations {
  readonly all: ServedConversation[] = [];
  readonly #steps: CheckedSteps;
  readonly #wait: Served['wait'];
  /** Errors of requests that were refused because they continue several conversations. */
  readonly ambiguities: Error[] = [];
  /** The requests that are malformed or for another path. */
  readonly #others = new Arrivals();

  /** Throws a ScriptMistakeError for a malformed step. */
  constructor(steps: readonly Step[], wait: Served['wait']) {
    // Validated here, so that a malformed step fails before the first request.
    assertValidSteps(steps);
    this.#steps = steps;
    this.#wait = wait;
  }

  /**
   * The conversation that a request belongs to. A request that is malformed, ambiguous or for another path gets a
   * response instead.
   */
  async choose(request: Request): Promise<ServedConversation | Response> {
    const body = await bodyOf(request);
    // A malformed request, or one for another path, must not begin a conversation, because the unused steps of that
    // conversation would be reported.
    if (body === undefined) return await this.#answerOther(request);
    const header = request.headers.get(conversationHeader);
    if (header !== null) return this.all.find(({ name }) => name === header) ?? this.#begin(header);
    const found = this.all.filter((conversation) => isContinued(conversation, body));
    if (found.length > 1) return this.#refuse(found);
    return found[0] ?? this.#begin(undefined);
  }

  /**
   * Sentences about refused requests, mistakes and unused steps; empty if every conversation played the whole script.
   */
  leftovers(): string[] {
    const { requests, text } = this.#others.came(undefined);
    if (this.all.length === 0)
      return [
        `No ${requests.length === 0 ? '' : 'valid '}request arrived, so no step of the script was played.${requests.length === 0 ? '' : ` ${text}`}`,
      ];
    return [
      ...this.ambiguities.map(({ message }) => message),
      ...this.all.flatMap(({ name, provider, mistake }) => {
        try {
          assertServedWell(mistake, provider);
          return [];
        } catch (error) {
          return [`Conversation ${name}: ${error instanceof Error ? error.message : String(error)}`];
        }
      }),
    ];
  }

  /** Answers a request that begins no conversation, and notes it for the report. */
  async #answerOther(request: Request): Promise<Response> {
    const served = this.#make(undefined);
    const answered = this.#others.add(request);
    return answered((await answerApi(request, served)) ?? unknownPath(request, served));
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
    const message = `The conversations ${names} are equal so far, so this request could continue each of them. Tell them apart by the header "${conversationHeader}".`;
    this.ambiguities.push(new Error(message));
    return Response.json(
      { error: { message, type: 'swarmcheck_error', param: null, code: null } },
      { status: 409, headers: noRetry },
    );
  }
}

/** The parsed body; undefined for a request that is refused anyway, or is for another path. */
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

/**
 * Whether a request continues the last exchange of a conversation. It does if it adds the answer to the history, or
 * if it repeats a request that failed.
 */
function isContinued({ log }: ServedConversation, request: CompletionRequest): boolean {
  const last = log.exchanges.at(-1);
  const said = last && continuationOf(last.request.messages, request.messages);
  if (!said) return false;
  return last.error ? said.length === 0 : said[0]?.role === 'assistant';
}
