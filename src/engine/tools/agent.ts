/// <reference lib="esnext.disposable" preserve="true" />
import type OpenAI from 'openai';
import { brand, hasBrand } from './brand.ts';
import { assertKnownFields } from '../values/known-fields.ts';
import { remedyFor, valueWords } from '../values/value-words.ts';
import type { AgentFunction } from './tool.ts';
import { sentence, type Sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/**
 * The values that instructions and tools share during a run, by name.
 *
 * `any`, because with `unknown` the types of agents that refer to each other cannot be inferred, and do not compile.
 */
export type ContextVariables = Record<string, any>;

/**
 * The system prompt, or a function of the context variables that returns it. The function is called for every model
 * call. It gets a copy of the variables, so its changes do not reach the run.
 */
export type Instructions<C extends object = any> =
  | string
  | ((contextVariables: C) => string | Promise<string>);

/** The fields of an agent, all optional (Swarm's README, "Agent Fields"). */
export interface AgentOptions<C extends object = any> {
  /** The agent's name. Default: "Agent". */
  name?: string | undefined;
  /** The model to ask. Default: "gpt-4o". */
  model?: string | undefined;
  /** The system prompt. Default: "You are a helpful agent." */
  instructions?: Instructions<C> | undefined;
  /** What the model may call. Default: []. */
  functions?: AgentFunction<C>[] | undefined;
  /** The `tool_choice` of requests. Default: none. Sent only together with tools. */
  toolChoice?: OpenAI.Chat.Completions.ChatCompletionToolChoiceOption | undefined;
  /** Whether the model may ask for several calls in one turn. Default: true. Sent only together with tools. */
  parallelToolCalls?: boolean | undefined;
  /** Releases what `Agent.create` acquired. Called once, by `await using` or `[Symbol.asyncDispose]()`. */
  dispose?: (() => void | Promise<void>) | undefined;
}

const agentFields = [
  'name',
  'model',
  'instructions',
  'functions',
  'toolChoice',
  'parallelToolCalls',
  'dispose',
];
/** Names that other libraries use for these fields. */
const agentAliases = { tools: 'functions', system: 'instructions', prompt: 'instructions' };

/** Kept outside the agents, whose own fields are plain data. */
const disposers = new WeakMap<object, () => void | Promise<void>>();

/**
 * Instructions and functions under a name. Plain data with mutable fields, so that agents may refer to each other.
 */
export class Agent<C extends object = any> {
  /** The name in `sender`, in traces, and in the answer to a handoff: `{"assistant": name}`. */
  name: string;
  /** The model to ask, unless the run overrides it. */
  model: string;
  /** The system prompt while this agent is active. */
  instructions: Instructions<C>;
  /** What the model may call, in the order in which the tools are offered. */
  functions: AgentFunction<C>[];
  /** The `tool_choice` of requests. Sent unchanged if the agent has functions. */
  toolChoice: OpenAI.Chat.Completions.ChatCompletionToolChoiceOption | undefined;
  /** Whether the model may ask for several calls in one turn. */
  parallelToolCalls: boolean;

  /** Uses the given fields, and Swarm's defaults for the others. Throws a TypeError for an unknown field. */
  constructor(options: AgentOptions<C> = {}) {
    assertKnownFields('An Agent', options, agentFields, agentAliases);
    this.name = options.name ?? 'Agent';
    this.model = options.model ?? 'gpt-4o';
    this.instructions = options.instructions ?? 'You are a helpful agent.';
    this.functions = options.functions ?? [];
    this.toolChoice = options.toolChoice;
    this.parallelToolCalls = options.parallelToolCalls ?? true;
    if (options.dispose) disposers.set(this, options.dispose);
  }

  /**
   * Creates an agent whose options need I/O first, such as connecting to a server, discovering tools or restoring
   * state. `init` returns the options. `create` rejects with the error of `init`.
   */
  static async create<C extends object = any>(
    init: () => AgentOptions<C> | Promise<AgentOptions<C>>,
  ): Promise<Agent<C>> {
    if (typeof init !== 'function') {
      throw new UsageError(
        sentence`${{ where: 'Agent.create' }} takes ${{ expected: 'a function that returns the options' }}, but was given ${{ given: valueWords(init) }}.${init ? ' If you already have the options, write new Agent({ … }).' : ''}`,
      );
    }
    const options = await init();
    if (!options) {
      throw new UsageError(
        sentence`${{ where: 'Agent.create' }} was given a function that returned ${{ given: valueWords(options) }} in place of ${{ expected: 'the options' }}. Is a "return" missing?`,
      );
    }
    return new Agent(options);
  }

  /** Calls the `dispose` option, the first time only. */
  async [Symbol.asyncDispose](): Promise<void> {
    const dispose = disposers.get(this);
    disposers.delete(this);
    await dispose?.();
  }
}
brand(Agent, 'swarmcheck.Agent');

/** The sentence for a value that is not an Agent; `what` is its subject. */
export function refusalOfAgent(what: string | Sentence, given: unknown): Sentence {
  return sentence`${what} must be ${{ expected: 'an Agent' }}, but is ${{ given: valueWords(given) }}.${remedyFor(given)}`;
}

/** The text of `refusalOfAgent`. */
export function noAgentWords(what: string, given: unknown): string {
  return refusalOfAgent(what, given).text;
}

/** Whether the value is an agent, made by any copy of this package. */
export function isAgent(value: unknown): value is Agent {
  return hasBrand(value, 'swarmcheck.Agent');
}
