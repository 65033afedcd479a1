import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { watchCalls } from '../engine/run/watch.ts';
import { report } from './reports.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** Thrown when a request was blocked because it would have left the machine. */
export class BlockedRequestError extends Error {
  override readonly name = 'BlockedRequestError';
  /** The code of a server that cannot be reached, which network clients know how to handle. */
  readonly code = 'ECONNREFUSED';
  /** Where the request would have gone: a method and a URL without its query, or a host and a port. */
  readonly target: string;
  /** The name of the tool that made the request, if a tool did. */
  declare readonly tool?: string;

  /** Created by the network guard. `advice` ends the message. */
  constructor(target: string, tool: string | undefined, advice: string) {
    const by = tool === undefined ? '' : ` by the tool "${tool}"`;
    super(`A request to ${target}${by} was blocked, because tests must not reach the network. ${advice}`);
    this.target = target;
    if (tool !== undefined) this.tool = tool;
  }
}

/** The name of the running tool, for the message of the error. */
const tools = new AsyncLocalStorage<string>();

/** The hosts that may be reached: loopback, and those listed as `host` or `host:port`. */
export class AllowedHosts {
  readonly #lists: (readonly string[])[] = [];

  /** Adds a list, and returns a function that removes it. Throws a TypeError for an entry that is not a host. */
  add(list: readonly string[]): () => void {
    const hosts = list.map(hostOf);
    this.#lists.push(hosts);
    return () => void this.#lists.splice(this.#lists.indexOf(hosts), 1);
  }

  has(host: string, port: string): boolean {
    if (isLoopback(host)) return true;
    return this.#lists.some((list) => list.includes(host) || list.includes(`${host}:${port}`));
  }
}

function hostOf(allowed: string): string {
  if (typeof allowed === 'string') {
    try {
      const { host, hostname } = new URL(allowed.includes('://') ? allowed : `http://${allowed}`);
      if (hostname !== '') return host.toLowerCase();
    } catch {
      // Reported below.
    }
  }
  throw new UsageError(
    sentence`"${{ field: 'allow' }}" must list ${{ expected: 'hosts, such as "api.example.com" or "10.0.0.2:5432"' }}, but ${{ given: JSON.stringify(allowed) }} is not a host.`,
  );
}

/** Whether a host is this machine. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    name === '0.0.0.0' ||
    name === '::' ||
    /^(?:::ffff:)?127(?:\.\d+){3}$/.test(name)
  );
}

/** Creates the error of a blocked request, keeps it for the end of the test, and returns it for the client. */
export function blocked(target: string, advice: string): BlockedRequestError {
  const error = new BlockedRequestError(target, tools.getStore(), advice);
  report(error);
  return error;
}

/** How to let requests to a host through, for the end of a sentence. */
export function allowWords(host: string): string {
  return `startMocking({ allow: [${JSON.stringify(host)}] }) of "swarmcheck/msw"`;
}

/**
 * Blocks sockets that would leave the machine. Returns a function that lets them through again. Worker threads, child
 * processes, name lookups (`node:dns`) and UDP are not covered.
 */
export function guardSockets(allowed: AllowedHosts): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- It is called with its socket, below.
  const { connect } = Socket.prototype;
  const guarded = function (this: Socket, ...args: unknown[]) {
    // The sockets that msw 3 gives to clients have their own `connect`, which opens no connection.
    if (Object.hasOwn(this, 'connect')) return Reflect.apply(connect, this, args) as Socket;
    const target = targetOf(args);
    if (!target || allowed.has(target.host, target.port)) {
      return Reflect.apply(connect, this, args) as Socket;
    }
    const host = `${target.host}:${target.port}`;
    const error = blocked(
      host,
      `It came through a socket, not through the mocked fetch. Either the client was built before mocking started (build it later, because a client keeps the fetch that it finds), or a library opens its own sockets (mock it, or allow the host in a setup file: ${allowWords(host)}).`,
    );
    process.nextTick(() => this.destroy(error));
    return this;
  };
  Socket.prototype.connect = guarded;
  const stopWatching = watchCalls(({ kind, name }, call) =>
    kind === 'tool' ? tools.run(name, call) : call(),
  );
  return () => {
    Socket.prototype.connect = connect;
    stopWatching();
  };
}

/** Where a socket connects to; undefined for a local path, which stays on the machine. */
function targetOf(args: readonly unknown[]): { host: string; port: string } | undefined {
  // Node's own callers pass the arguments as one array.
  const [first, second] = Array.isArray(args[0]) ? (args[0] as unknown[]) : args;
  if (typeof first === 'object' && first !== null) {
    const { host, hostname, port, path, socketPath } = first as Record<string, unknown>;
    if (typeof path === 'string' && port === undefined) return undefined;
    if (typeof socketPath === 'string') return undefined;
    const name = [host, hostname].find((value) => typeof value === 'string') ?? 'localhost';
    return { host: name, port: `${port as number}` };
  }
  if (typeof first === 'string' && !/^\d+$/.test(first)) return undefined;
  return { host: typeof second === 'string' ? second : 'localhost', port: String(first) };
}
