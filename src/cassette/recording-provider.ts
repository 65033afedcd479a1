/// <reference lib="esnext.disposable" preserve="true" />
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { parseProvider } from '../engine/model/valid-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { cassettePath } from './format/read.ts';
import type { Redact } from '../secrets/redactor.ts';
import { CassetteSession } from './session.ts';

/** A provider that records the answers of another one. */
export interface RecordingProvider extends CompletionProvider, AsyncDisposable {
  /**
   * Writes the recorded interactions that are not in the file yet. Before that, the file is a valid cassette, too.
   * Throws the error that kept a request from being recorded, even if the caller of that request got it already. The
   * end of an `await using` block does not throw this error, which would hide the error that left the block.
   */
  close(): Promise<void>;
}

/**
 * Returns a provider that asks another provider, and records its answers: completions with their usage, streams with
 * their chunks and times, errors of the API, and the results of tools. The first answer replaces an existing file.
 * From then on, the file is always a whole cassette. Secrets are removed before anything is written
 * (docs/guide-recording.md).
 *
 * Requests reject with the errors of `provider`. They reject with a CassetteFileError, before `provider` is asked, if
 * the file cannot be written or another recording uses it; and with a CassetteAmbiguityError if two conversations
 * cannot be distinguished. An error for a refused key (401, 403) is not recorded. Throws a CassetteFileError for a
 * path that is not valid, or that leads out of the working directory.
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

/** Returns a RecordingProvider that uses the session. */
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
