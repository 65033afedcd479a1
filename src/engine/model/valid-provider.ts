import { remedyFor, secretWords } from '../values/value-words.ts';
import type OpenAI from 'openai';
import type { CompletionProvider } from './provider.ts';
import { sentence } from '../values/error-facts.ts';
import { UsageError } from '../values/engine-errors.ts';

/**
 * Whether a value has at least one of a provider's two methods. A test double may have only the method that its runs
 * need.
 */
export function isProvider(value: unknown): value is CompletionProvider {
  if (typeof value !== 'object' || value === null) return false;
  const { complete, stream } = value as Partial<CompletionProvider>;
  return typeof complete === 'function' || typeof stream === 'function';
}

/** Whether a value is a client of the openai package, or a double of a client. */
export function isClient(value: unknown): value is OpenAI {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && 'chat' in value;
}

/**
 * Returns the provider. Throws a TypeError for any other value. The message says how to make a provider of the value;
 * `what` is its subject.
 */
export function parseProvider(provider: unknown, what = 'The provider of a Swarm'): CompletionProvider {
  if (isProvider(provider)) return provider;
  throw new UsageError(
    sentence`${{ where: what }} must have ${{ expected: 'the methods complete and stream' }}, but is ${{ given: secretWords(provider) }}. ${adviceFor(provider)}`,
  );
}

function adviceFor(provider: unknown): string {
  if (isClient(provider)) return 'Write openaiProvider(client).';
  if (Array.isArray(provider)) return 'To play steps, write scriptedProvider([…]) from "swarmcheck/testing".';
  const remedy = remedyFor(provider).trimStart();
  if (remedy !== '') return remedy;
  return 'Write openaiProvider({ … }), or, to play steps, scriptedProvider([…]) from "swarmcheck/testing".';
}

/** Throws a TypeError if the provider lacks the method that the run needs. */
export function assertCanAnswer(provider: CompletionProvider, stream: boolean): void {
  const method = stream ? 'stream' : 'complete';
  if (typeof provider[method] === 'function') return;
  throw new UsageError(
    stream
      ? sentence`The ${{ field: 'provider' }} of ${{ where: 'this Swarm' }} has no ${{ expected: 'stream method' }}, which stream: true needs.`
      : sentence`The ${{ field: 'provider' }} of ${{ where: 'this Swarm' }} has no ${{ expected: 'complete method' }}, which a run without stream: true needs.`,
  );
}
