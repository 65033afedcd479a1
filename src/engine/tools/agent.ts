/// <reference lib="esnext.disposable" preserve="true" />
import type OpenAI from 'openai';
import { brand, hasBrand } from './brand.ts';
import { assertKnownFields } from '../values/known-fields.ts';
import { remedyFor, valueWords } from '../values/value-words.ts';
import type { AgentFunction } from './tool.ts';
import { sentence, type Sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/**
 * What instructions and tools share during a run, by name.
 *
 * `any` where `unknown` would break inference: agents that refer to each other must compile.
 */
export type ContextVariables = Record<string, any>;

/**
 * The system prompt, or a function of the context variables that returns it, evaluated for every
 * model call. The function sees a copy: what it writes does not reach the run.
 */
export type Instructions<C extends object = any> =
  | string
  | ((contextVariables: C) => string | Promise<string>);

/** The fields of an agent, all optional (Swarm's README, "Agent Fields"). */
export interface AgentOptions<C extends object = any> {
  /** "Agent" */
  name?: string | undefined;
  /** "gpt-4o" */
  model?: string | undefined;
  /** "You are a helpful agent." */
  instructions?: Instructions<C> | undefined;
  /** [] */
  functions?: AgentFunction<C>[] | undefined;
  /** None; sent only together with tools. */
  toolChoice?: OpenAI.Chat.Completions.ChatCompletionToolChoiceOption | undefined;
  /** true; sent only together with tools. */
  parallelToolCalls?: boolean | undefined;
  /** Releases what `Agent.create` acquired; called once, by `await using` or `[Symbol.asyncDispose]()`. */
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
/** As other libraries call them. */
const agentAliases = { tools: 'functions', system: 'instructions', prompt: 'instructions' };

/** Beside the agents rather than in them: an agent's own fields are plain data. */
const disposers = new WeakMap<object, () => void | Promise<void>>();

/** Instructions and functions under a name. Plain data: fields are mutable, so that agents may refer to each other. */
export class Agent<C extends object = any> {
  /** What `sender`, traces and `{"assistant": name}` call it. */
  name: string;
  /** The model asked, unless the run overrides it. */
  model: string;
  /** The system prompt while this agent is active. */
  instructions: Instructions<C>;
  /** What the model may call, in the order it is offered. */
  functions: AgentFunction<C>[];
  /** Passed to the API as it is, when there are functions. */
  toolChoice: OpenAI.Chat.Completions.ChatCompletionToolChoiceOption | undefined;
  /** Whether the model may ask for several calls in one turn. */
  parallelToolCalls: boolean;

  /** Takes the fields it is given and Swarm's defaults for the others. */
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

  /** For agents that need I/O to come into being (connections, tool discovery, restored storage). */
  static async create<C extends object = any>(
    init: () => AgentOptions<C> | Promise<AgentOptions<C>>,
  ): Promise<Agent<C>> {
    if (typeof init !== 'function') {
      throw new UsageError(
        sentence`${{ where: 'Agent.create' }} takes ${{ expected: 'a function that returns the options' }}, but was given ${{ given: valueWords(init) }}.${init ? ' For options that are there already, write new Agent({ … }).' : ''}`,
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

  /** Calls `dispose` of the options, the first time only. */
  async [Symbol.asyncDispose](): Promise<void> {
    const dispose = disposers.get(this);
    disposers.delete(this);
    await dispose?.();
  }
}
brand(Agent, 'swarmcheck.Agent');

/** The sentence that refuses what is no Agent: `what` must be one. */
export function refusalOfAgent(what: string | Sentence, given: unknown): Sentence {
  return sentence`${what} must be ${{ expected: 'an Agent' }}, but is ${{ given: valueWords(given) }}.${remedyFor(given)}`;
}

/** The same as text. */
export function noAgentWords(what: string, given: unknown): string {
  return refusalOfAgent(what, given).text;
}

/** True for agents of any copy of this package. */
export function isAgent(value: unknown): value is Agent {
  return hasBrand(value, 'swarmcheck.Agent');
}
