import { parseProvider } from '../engine/model/valid-provider.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { assertKnownFields } from '../engine/values/known-fields.ts';
import { valueWords } from '../engine/values/value-words.ts';

/** Throws a UsageError for options that `runScenario` does not take. */
export function assertValidRunOptions(options: {
  readonly transport?: unknown;
  readonly provider?: unknown;
}): void {
  if (typeof options !== 'object')
    throw new UsageError(
      sentence`The ${{ field: 'options' }} of ${{ where: 'runScenario' }} must be ${{ expected: 'an object' }}, but are ${{ given: valueWords(options) }}.`,
    );
  assertKnownFields('runScenario', options, ['transport', 'stream', 'provider', 'signal']);
  const { transport, provider } = options;
  if (provider !== undefined) parseProvider(provider, 'The provider of runScenario');
  if (transport !== undefined && transport !== 'in-process' && transport !== 'http') {
    throw new UsageError(
      sentence`The ${{ field: 'transport' }} ${{ given: JSON.stringify(transport) }} is unknown. Use ${fact({ known: ['in-process', 'http'] }, '"in-process" or "http"')}.`,
    );
  }
}
