import type { ModelAnswer, ToolCall } from '../engine/model/completion.ts';
import type { WireMessage } from '../engine/model/messages.ts';
import type { CompletionRequest } from '../engine/model/provider.ts';
import { isPlainObject } from '../engine/values/copy.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { remedyFor, valueWords } from '../engine/values/value-words.ts';
import { firstAgent, instructionsOf } from '../trace/continuation.ts';
import { textOf } from '../trace/format.ts';
import { readArgs } from '../engine/tools/read-args.ts';
import { inferredTarget, isArgumentOf } from './handoff-calls.ts';

/** How the agents of an app are named, and which calls are handoffs: the options of `externalAgent`. */
export interface AgentNaming {
  /**
   * The agents by their names. An agent has a text that its instructions contain, or a pattern that they match. The
   * first agent that fits makes the request.
   */
  readonly agents?: Readonly<Record<string, string | RegExp>> | undefined;
  /**
   * Returns the name of the agent that makes a request, or undefined to have it inferred. It is called once for each
   * request, and asked before `agents`. The request is frozen.
   */
  readonly agentOf?: ((request: CompletionRequest) => string | undefined) | undefined;
  /**
   * Returns the agent that a tool call hands over to, or undefined if the call is not a handoff. It is called once for
   * each call. If it is given, it alone decides: the names of tools no longer count. `args` are the parsed arguments,
   * or their text if they are not JSON.
   */
  readonly handoff?: ((call: { tool: string; args: unknown }) => string | undefined) | undefined;
}

/** An agent of an app. Two objects with the same name are the same agent. */
export interface Actor {
  name: string;
  /** Whether the name is "Agent", "Agent 2" and so on, because nothing better is known so far. */
  isNumbered: boolean;
}

/** An earlier request, with its agent and its answer. */
export interface Acted {
  readonly request: CompletionRequest;
  readonly answer: ModelAnswer | undefined;
  readonly agent: Actor;
}

/** The agent that makes a request, and the tool that handed over to it. */
interface Acting {
  readonly agent: Actor;
  readonly tool?: string | undefined;
}

/**
 * Says which agent makes a request. In this order: what the user's options say; the agent that is known by these
 * instructions and tools; the target of a handoff; the agent of the request that this one continues.
 */
export class AgentNames {
  readonly #naming: AgentNaming;
  readonly #onMistake: (error: unknown) => void;
  readonly #onRename: (from: string, to: string) => void;
  readonly #byName = new Map<string, Actor>();
  /** The agents by the instructions and tools with which they began to act. */
  readonly #known = new Map<string, Actor>();
  /** The same by instructions only; undefined if several agents have them. */
  readonly #byInstructions = new Map<string, Actor | undefined>();
  /** The agents by instructions and tools that they had later, without a handoff. They may change in each turn. */
  readonly #later = new Map<string, Actor>();
  /** The exchanges whose handoff has taken place. */
  readonly #handedOff = new Set<Acted>();
  /** The targets of calls, so that the user's function is called once for each call. */
  readonly #targets = new Map<ToolCall, string | undefined>();

  /**
   * `onMistake` is called with an error of the user's functions; names are then inferred. `onRename` is called when
   * an agent that was numbered gets a name.
   */
  constructor(
    naming: AgentNaming,
    onMistake: (error: unknown) => void,
    onRename: (from: string, to: string) => void,
  ) {
    this.#naming = naming;
    this.#onMistake = onMistake;
    this.#onRename = onRename;
  }

  /** The agent that makes a request which continues an earlier one by adding the messages `said`. */
  next(before: Acted, said: readonly WireMessage[], request: CompletionRequest): Acting {
    const [author] = said;
    // Some SDKs sign each answer with the name of its agent.
    if (author?.role === 'assistant' && isName(author.name)) this.#rename(before.agent, author.name);
    const transfer = this.#transferIn(before);
    const agent = this.#given(request) ?? this.#after(before, transfer?.to, request);
    const isOther = agent.name !== before.agent.name;
    if (isOther || this.#known.has(keyOf(request))) this.#note(request, agent);
    else this.#later.set(keyOf(request), agent);
    if (!transfer || !isOther || this.#handedOff.has(before)) return { agent };
    this.#handedOff.add(before);
    return { agent, tool: transfer.tool };
  }

  /** The agent that makes a request which continues no earlier one. `open` are the calls without a result. */
  first(request: CompletionRequest, open: readonly { call: ToolCall; known: Acted }[]): Actor {
    const key = keyOf(request);
    const asked = open.slice(-searched).findLast(({ call }) => this.#isAsked(call, request));
    const target = asked && (this.#targetOf(asked.call) ?? asked.call.function.name);
    const agent =
      this.#given(request) ??
      this.#known.get(key) ??
      this.#later.get(key) ??
      (target === undefined ? this.#numbered() : this.#named(target));
    // An agent that got a history of its own has taken the handoff; the next request is its caller's again.
    if (asked && agent.name === target) this.#handedOff.add(asked.known);
    this.#note(request, agent);
    return agent;
  }

  #after(before: Acted, target: string | undefined, request: CompletionRequest): Actor {
    const [key, keyBefore] = [keyOf(request), keyOf(before.request)];
    const known = key === noKey ? undefined : this.#known.get(key);
    const isDone = this.#handedOff.has(before);
    const isHandoff = target !== undefined && (this.#naming.handoff ? !isDone : key !== keyBefore);
    if (isHandoff && known && known.name !== before.agent.name && known.isNumbered)
      return this.#rename(known, target);
    if (isHandoff && (!known || this.#naming.handoff)) return this.#named(target);
    if (known) return known;
    const instructions = instructionsOf(request);
    if (instructions === '' || instructions === instructionsOf(before.request)) return before.agent;
    return this.#byInstructions.get(instructions) ?? before.agent;
  }

  /** The name that the user's options give the agent of a request. */
  #given(request: CompletionRequest): Actor | undefined {
    const { agentOf, agents = {} } = this.#naming;
    const told = agentOf && this.#ask('agentOf', () => agentOf(request));
    if (told !== undefined) return this.#named(told);
    const instructions = instructionsOf(request);
    const found = Object.entries(agents).find(([, pattern]) =>
      typeof pattern === 'string' ? instructions.includes(pattern) : pattern.test(instructions),
    );
    return found && this.#named(found[0]);
  }

  #transferIn({ answer }: Acted): { tool: string; to: string } | undefined {
    const targets = (answer?.calls ?? []).map((call) => ({
      tool: call.function.name,
      to: this.#targetOf(call),
    }));
    const last = targets.findLast(({ to }) => to !== undefined);
    return last && { tool: last.tool, to: last.to! };
  }

  #targetOf(call: ToolCall): string | undefined {
    const { handoff } = this.#naming;
    if (!handoff) return inferredTarget(call);
    const { name: tool, arguments: raw } = call.function;
    if (!this.#targets.has(call))
      this.#targets.set(
        call,
        this.#ask('handoff', () => handoff({ tool, args: readArgs(raw) })),
      );
    return this.#targets.get(call);
  }

  /** Whether an open call is the reason for a request with a history of its own. */
  #isAsked(call: ToolCall, { messages }: CompletionRequest): boolean {
    if (this.#naming.handoff && this.#targetOf(call) !== undefined) return true;
    const said = messages.find((message) => isPlainObject(message) && message.role === 'user');
    return said !== undefined && isArgumentOf(call, textOf(said.content));
  }

  /** Calls a function of the user. Its error is reported, and the name is then inferred. */
  #ask(option: 'agentOf' | 'handoff', call: () => unknown): string | undefined {
    let told: unknown;
    try {
      told = call();
    } catch (cause) {
      const words = cause instanceof Error ? `${cause.name}: ${cause.message}` : valueWords(cause);
      this.#onMistake(
        new UsageError(
          sentence`The function "${{ field: option }}" of ${{ where: 'externalAgent' }} threw ${{ given: words }}. It must return ${{ expected: namesOrNot }}.`,
          { cause },
        ),
      );
      return undefined;
    }
    if (told === undefined || isName(told)) return told;
    this.#onMistake(
      new UsageError(
        sentence`The function "${{ field: option }}" of ${{ where: 'externalAgent' }} must return ${{ expected: namesOrNot }}, but returned ${{ given: valueWords(told) }}.${remedyFor(told)}`,
      ),
    );
    return undefined;
  }

  #note(request: CompletionRequest, agent: Actor): void {
    this.#known.set(keyOf(request), agent);
    const instructions = instructionsOf(request);
    const other = this.#byInstructions.get(instructions);
    const isShared = this.#byInstructions.has(instructions) && other?.name !== agent.name;
    this.#byInstructions.set(instructions, isShared ? undefined : agent);
  }

  #numbered(): Actor {
    const actor = { name: this.#freeName(), isNumbered: true };
    this.#byName.set(actor.name, actor);
    return actor;
  }

  #named(name: string): Actor {
    const found = this.#byName.get(name);
    if (found && !found.isNumbered) return found;
    // A numbered agent that has this name by chance gets the next number.
    if (found) this.#call(found, this.#freeName());
    const actor = { name, isNumbered: false };
    this.#byName.set(name, actor);
    return actor;
  }

  /** Gives a numbered agent its name, also if another agent has that name: the two are one. */
  #rename(actor: Actor, name: string): Actor {
    if (!actor.isNumbered) return actor;
    actor.isNumbered = false;
    if (actor.name !== name) {
      this.#byName.delete(actor.name);
      this.#named(name);
      this.#call(actor, name);
    }
    return actor;
  }

  #call(actor: Actor, name: string): void {
    const { name: from } = actor;
    actor.name = name;
    if (!this.#byName.has(name)) this.#byName.set(name, actor);
    this.#onRename(from, name);
  }

  #freeName(): string {
    let name: string = firstAgent;
    for (let number = 2; this.#byName.has(name); number++) name = `${firstAgent} ${number}`;
    return name;
  }
}

/** How many open calls are searched for the reason of a request, so that the cost of a request has a limit. */
const searched = 20;

const namesOrNot = "an agent's name, or undefined to have it inferred";

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** The instructions and the names of the tools. Agents with equal instructions and other tools are different agents. */
function keyOf(request: CompletionRequest): string {
  const tools: unknown = request.tools;
  const names = (Array.isArray(tools) ? tools : []).map((tool: unknown) => {
    const { function: own } = (tool ?? {}) as { function?: { name?: unknown } };
    return String(own?.name);
  });
  return JSON.stringify([instructionsOf(request), ...names.toSorted()]);
}

const noKey = JSON.stringify(['']);
