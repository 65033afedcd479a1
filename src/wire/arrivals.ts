import { findSecrets } from '../engine/values/secrets.ts';
import type { CameRequests } from '../script/script-errors.ts';

/** A request that came, with the status of its response, if there is one. */
interface Arrival {
  readonly method: string;
  readonly path: string;
  status?: number;
}

/** All requests that came to an address, also those that were refused. */
export class Arrivals {
  readonly #all: Arrival[] = [];

  /** Notes a request. Returns a function that notes its response. */
  add({ method, url }: { method: string; url: string }): (response: Response) => Response {
    const arrival: Arrival = { method, path: shownPath(url) };
    this.#all.push(arrival);
    return (response) => {
      // The status of a broken connection is 0.
      if (response.type !== 'error') arrival.status = response.status;
      return response;
    };
  }

  /** The requests in the order they first came, equal ones counted. `address` is where they were expected. */
  came(address: string | undefined): CameRequests {
    const counted = new Map<string, CameRequests['requests'][number]>();
    for (const { method, path, status } of this.#all) {
      const key = `${method} ${path} ${status}`;
      const count = (counted.get(key)?.count ?? 0) + 1;
      counted.set(key, { method, path, ...(status !== undefined && { status }), count });
    }
    const requests = [...counted.values()];
    return { requests, ...(address !== undefined && { address }), text: words(requests, address) };
  }
}

const shownAtMost = 10;

function words(requests: CameRequests['requests'], address: string | undefined): string {
  if (requests.length === 0) return `No request came${address === undefined ? '' : ` to ${address}`}.`;
  const shown = requests.slice(0, shownAtMost).map(({ method, path, status, count }) => {
    const times = count === 1 ? '' : ` (${count} times)`;
    return `${method} ${path} → ${status ?? 'no answer'}${times}`;
  });
  const rest = requests.length - shown.length;
  return `Requests that came: ${shown.join(', ')}${rest > 0 ? `, and ${rest} others` : ''}.`;
}

/** The path of a URL without its query, with secrets hidden, at most 100 characters long. */
function shownPath(url: string): string {
  let path = new URL(url).pathname;
  for (const { start, end } of findSecrets(path).toReversed())
    path = `${path.slice(0, start)}[hidden]${path.slice(end)}`;
  return path.length <= 100 ? path : `${path.slice(0, 100)}…`;
}
