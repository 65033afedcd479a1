import type { CompletionProvider } from '../engine/model/provider.ts';
import type { CassetteSummary } from './session-settings.ts';
import type { CassetteSession } from './session.ts';

/** A session as its users see it. Methods are fields, so that a decorator may spread a provider. */
export class SessionProvider implements CompletionProvider {
  readonly complete: CompletionProvider['complete'];
  readonly stream: CompletionProvider['stream'];
  readonly assertComplete: () => void;
  readonly #session: CassetteSession;

  constructor(session: CassetteSession) {
    this.#session = session;
    this.complete = session.complete;
    this.stream = session.stream;
    this.assertComplete = () => session.assertComplete();
  }

  get summary(): CassetteSummary {
    return this.#session.summary;
  }
}
