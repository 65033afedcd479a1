/// <reference lib="esnext.disposable" preserve="true" />
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { parseProvider } from '../engine/model/valid-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { cassettePath } from './format/read.ts';
import type { Redact } from '../secrets/redactor.ts';
import { CassetteSession } from './session.ts';

/** A provider that records what another one answers. */
export interface RecordingProvider extends CompletionProvider, AsyncDisposable {
  /**
   * Writes what is left; the file is whole at any moment before. Throws what kept a request from being recorded, whoever was told
   * of it already; the end of an `await using` block does not, lest it hide the error that left the block.
   */
  close(): Promise<void>;
}

/**
 * A provider that asks this one, and records all that it answers: completions with their usage, streams as they were cut and
 * with their times, errors of the API, and what tools made of it. The cassette is written as a whole each time, from the
 * first answer on; it replaces one that is there. Secrets are taken out before anything is written (docs/guide-recording.md).
 *
 * Requests reject with the provider's own errors; with a CassetteFileError, before the provider is asked, where the file
 * cannot be written or is being recorded by somebody else; with a CassetteAmbiguityError where two conversations cannot be
 * told apart. A key that is refused (401, 403) is nobody's answer, and is not recorded. Throws a CassetteFileError for a path
 * that is none, or leads out of the working directory.
 */
export function recordingProvider(
  provider: CompletionProvider,
  options: { cassette: string; redact?: Redact | undefined },
): RecordingProvider {
  parseProvider(provider, 'The provider to record');
  assertKnownOptions('recordingProvider', options, ['cassette', 'redact']);
  const path = cassettePath(options.cassette);
  const { redact } = options;
  return closable(new CassetteSession({ path, file: undefined, live: provider, redact }));
}

/** A session as a provider that is to be closed. */
function closable(session: CassetteSession): RecordingProvider {
  return {
    complete: session.complete,
    stream: session.stream,
    async close() {
      session.close();
      if (session.failure) throw session.failure;
    },
    [Symbol.asyncDispose]: async () => session.dispose(),
  };
}
