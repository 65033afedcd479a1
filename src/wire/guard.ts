import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { watchCalls } from '../engine/run/watch.ts';
import { report } from './reports.ts';
import { sentence } from '../engine/values/error-facts.ts';
import { UsageError } from '../engine/values/engine-errors.ts';

/** A connection that would have left the machine. */
export class BlockedRequestError extends Error {
  override readonly name = 'BlockedRequestError';
  /** As for a server that is not there: what clients of the network expect. */
  readonly code = 'ECONNREFUSED';
  /** Where it would have gone: a method and a URL without its query, or a host and a port. */
  readonly target: string;
  /** The name of the tool that made the request, where one did. */
  declare readonly tool?: string;

  /** Made by the guard; `advice` ends the message. */
  constructor(target: string, tool: string | undefined, advice: string) {
    const by = tool === undefined ? '' : ` by the tool "${tool}"`;
    super(`A request to ${target}${by} was blocked: no test reaches the network. ${advice}`);
    this.target = target;
    if (tool !== undefined) this.tool = tool;
  }
}

/** The tool that is running, for the message. */
const tools = new AsyncLocalStorage<string>();

/** Which hosts may be reached: loopback, and what is listed as `host` or `host:port`. */
export class AllowedHosts {
  readonly #lists: (readonly string[])[] = [];

  /** Adds a list; returns how to take it away. Throws a TypeError for what is no host. */
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
      // Told below.
    }
  }
  throw new UsageError(
    sentence`"${{ field: 'allow' }}" lists ${{ expected: 'hosts, such as "api.example.com" or "10.0.0.2:5432"' }}, but ${{ given: JSON.stringify(allowed) }} is none.`,
  );
}

/** Whether an address is this machine's own. */
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

/** Notes a request that would have left the machine, and gives the error for whoever made it. */
export function blocked(target: string, advice: string): BlockedRequestError {
  const error = new BlockedRequestError(target, tools.getStore(), advice);
  report(error);
  return error;
}

const socketAdvice =
  'It came through a socket, not through the fetch that is mocked: by a client that was built before the mocks began (build it later: a client keeps the fetch it finds), or by a library with sockets of its own. Mock it, or list the host in "allow".';

/**
 * Stops sockets that would leave the machine. Returns how to let them through again. Not seen are worker threads, child
 * processes, name lookups (`node:dns`), and UDP.
 */
export function guardSockets(allowed: AllowedHosts): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- It is called with its socket, below.
  const { connect } = Socket.prototype;
  const guarded = function (this: Socket, ...args: unknown[]) {
    // The sockets that msw 3 gives to clients have a connect of their own, which leads nowhere.
    if (Object.hasOwn(this, 'connect')) return Reflect.apply(connect, this, args) as Socket;
    const target = targetOf(args);
    if (!target || allowed.has(target.host, target.port)) {
      return Reflect.apply(connect, this, args) as Socket;
    }
    const error = blocked(`${target.host}:${target.port}`, socketAdvice);
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

/** Where a socket is to connect; undefined for one that stays on the machine anyway (a path). */
function targetOf(args: readonly unknown[]): { host: string; port: string } | undefined {
  // Node's own callers pass the arguments as one list.
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
