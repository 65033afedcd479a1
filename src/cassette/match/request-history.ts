import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { History } from './history.ts';
import { messageRecord } from './messages.ts';
import type { RequestParts } from './request-parts.ts';

interface RequestHistory {
  readonly history: History;
  /** Whether there is nothing in it that could be a secret. */
  readonly isPlain: boolean;
}

/** Made once for each request, which is held against several lanes. */
const histories = new WeakMap<RequestParts, RequestHistory>();

/** The history of a request, as one that nothing came before. */
export function requestHistory(parts: RequestParts, redactor: Redactor): RequestHistory {
  const known = histories.get(parts);
  if (known) return known;
  const secrets = new LaneSecrets();
  const history = new History();
  parts.history.forEach((message, index) =>
    history.add(messageRecord(message, parts.start + index, redactor, secrets)),
  );
  const made = { history, isPlain: secrets.isEmpty };
  histories.set(parts, made);
  return made;
}
