/**
 * Measures loading a cassette of 1,000 interactions and replaying all of it, compared with a hand-written map of JSON
 * lines, Polly and nock.back. Each contestant runs in its own process, they take turns, and the median is printed.
 * They replay the same 1,000 requests, of about 4 KB each with the answer, which they recorded before: from a server
 * on loopback or, for the map and the cassette, from a function. Run it with `npm run bench:cassettes`.
 */
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { ChatCompletion, CompletionProvider, CompletionRequest } from 'swarmcheck';
import { externalAgent, recordingProvider, replayProvider, runScenario, user } from 'swarmcheck/testing';

const count = Number(process.env['INTERACTIONS'] ?? 1000);
const repetitions = 7;

const instructions = 'You are the desk of a library. '.repeat(30);
const parameters = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
const tools = ['find_book', 'lend_book', 'return_book'].map((name) => ({
  type: 'function' as const,
  function: { name, description: 'Does what its name says. '.repeat(8), parameters },
}));

function requestOf(index: number): CompletionRequest {
  return {
    model: 'gpt-4o',
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content: `Where is book ${index}?` },
    ],
    tools,
  };
}

function completionOf(index: number): ChatCompletion {
  const content = `Book ${index} is on shelf ${index}. `.repeat(30);
  const message = { role: 'assistant' as const, content, refusal: null };
  return {
    id: `chatcmpl-${index}`,
    object: 'chat.completion',
    created: 0,
    model: 'gpt-4o',
    choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
  };
}

const indexOf = ({ messages }: CompletionRequest) => Number(/\d+/.exec(messages[1]!.content as string)![0]);
const canonical = (value: unknown) => JSON.stringify(value);
const keyOf = (request: unknown) => createHash('sha256').update(canonical(request)).digest('hex');

/** Sends one request, and checks the answer. */
async function ask(fetch: typeof globalThis.fetch, url: string, index: number): Promise<void> {
  const body = JSON.stringify(requestOf(index));
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/chat/completions`, { method: 'POST', headers, body });
  const { id } = (await response.json()) as ChatCompletion;
  if (id !== `chatcmpl-${index}`) throw new Error(`Request ${index} got the answer ${id}.`);
}

interface Contestant {
  /** Records the answers that are replayed later. Runs before anything is measured. */
  record(folder: string, url: string): Promise<void>;
  /** Loads the modules; not measured. */
  prepare?(): Promise<unknown>;
  /** Loads the recording. Returns a function that makes one request, and one that ends. */
  load(
    folder: string,
    url: string,
  ): Promise<{ ask: (index: number) => Promise<void>; end?: () => Promise<void> }>;
}

/** The address of a server that no longer exists. */
const gone = 'http://127.0.0.1:9/v1';

const peersFolder = fileURLToPath(new URL('peers/', import.meta.url));
const { resolve: resolvePeer } = createRequire(join(peersFolder, 'package.json'));

/** The exports of a package, untyped: it is only installed for this benchmark. */
const peer = async (name: string) =>
  (await import(pathToFileURL(resolvePeer(name)).href)) as Record<string, any>;

const pollyPackages = ['@pollyjs/core', '@pollyjs/adapter-fetch', '@pollyjs/persister-fs'];

async function polly(folder: string, mode: 'record' | 'replay') {
  const [{ Polly }, { default: FetchAdapter }, { default: FsPersister }] = (await Promise.all(
    pollyPackages.map(peer),
  )) as any;
  Polly.register(FetchAdapter);
  Polly.register(FsPersister);
  return new Polly('bench', {
    adapters: ['fetch'],
    adapterOptions: { fetch: { context: globalThis } },
    persister: 'fs',
    persisterOptions: { fs: { recordingsDir: join(folder, 'polly') } },
    mode,
    recordIfMissing: mode === 'record',
    logLevel: 'silent',
    matchRequestsBy: { headers: false, order: false, url: { port: false } },
  });
}

async function nockBack(folder: string, mode: 'record' | 'lockdown') {
  const { default: nock } = (await peer('nock')) as any;
  nock.back.fixtures = join(folder, 'nock');
  nock.back.setMode(mode);
  return await nock.back('bench.json');
}

const contestants: Record<string, Contestant> = {
  'hand-written map, provider': {
    record: recordLines,
    async load(folder) {
      const answers = linesOf(folder);
      return {
        async ask(index) {
          const text = answers.get(keyOf(requestOf(index)))!;
          const { id } = JSON.parse(text) as ChatCompletion;
          if (id !== `chatcmpl-${index}`) throw new Error(`Request ${index} got the answer ${id}.`);
        },
      };
    },
  },
  'swarmcheck, provider': {
    record: recordCassette,
    async load(folder) {
      const provider = replayProvider(join(folder, 'cassette.json'));
      return {
        async ask(index) {
          const { id } = await provider.complete(requestOf(index));
          if (id !== `chatcmpl-${index}`) throw new Error(`Request ${index} got the answer ${id}.`);
        },
        end: async () => provider.assertComplete(),
      };
    },
  },
  'hand-written map, fetch': {
    record: recordLines,
    async load(folder) {
      const answers = linesOf(folder);
      const fetch: typeof globalThis.fetch = async (_input, init) =>
        new Response(answers.get(keyOf(JSON.parse(init!.body as string))));
      return { ask: (index) => ask(fetch, gone, index) };
    },
  },
  'swarmcheck, mocked fetch': {
    record: recordCassette,
    prepare: () => import('swarmcheck/msw'),
    async load(folder) {
      const { mockModel, startMocking } = await import('swarmcheck/msw');
      const mocking = startMocking();
      const mock = mockModel(replayProvider(join(folder, 'cassette.json')));
      return {
        ask: (index) => ask(globalThis.fetch, gone, index),
        async end() {
          mock[Symbol.dispose]();
          mocking.close();
        },
      };
    },
  },
  'swarmcheck, fetch of an app': {
    record: recordCassette,
    prepare: () => import('swarmcheck/testing'),
    async load(folder) {
      const provider = replayProvider(join(folder, 'cassette.json'));
      const { fetch, end } = await appFetch(provider);
      return { ask: (index) => ask(fetch, gone, index), end };
    },
  },
  'Polly, adapter-fetch': {
    async record(folder, url) {
      const recorder = await polly(folder, 'record');
      for (let index = 0; index < count; index++) await ask(globalThis.fetch, url, index);
      await recorder.stop();
    },
    prepare: () => Promise.all(pollyPackages.map(peer)),
    async load(folder, url) {
      const player = await polly(folder, 'replay');
      return { ask: (index) => ask(globalThis.fetch, url, index), end: () => player.stop() };
    },
  },
  'nock.back': {
    async record(folder, url) {
      const { nockDone } = await nockBack(folder, 'record');
      for (let index = 0; index < count; index++) await ask(globalThis.fetch, url, index);
      nockDone();
    },
    prepare: () => peer('nock'),
    async load(folder, url) {
      const { nockDone } = await nockBack(folder, 'lockdown');
      return { ask: (index) => ask(globalThis.fetch, url, index), end: async () => nockDone() };
    },
  },
};

/** The fetch that externalAgent passes to an app; it opens no socket. */
function appFetch(
  provider: CompletionProvider,
): Promise<{ fetch: typeof globalThis.fetch; end: () => Promise<void> }> {
  return new Promise((resolve) => {
    let leave = () => {};
    const over = new Promise<void>((resolveOver) => {
      leave = resolveOver;
    });
    const agent = externalAgent(async (turn) => {
      const end = async () => {
        leave();
        const { failures } = await played;
        if (failures.length > 0) throw new Error(failures[0]!.message);
      };
      resolve({ fetch: turn.fetch, end });
      await over;
    });
    const played = runScenario({ agent, steps: [user('go')], timeoutMs: 600_000 }, { provider });
  });
}

async function recordLines(folder: string): Promise<void> {
  const lines = Array.from({ length: count }, (_item, index) =>
    JSON.stringify({ request: requestOf(index), response: completionOf(index) }),
  );
  writeFileSync(join(folder, 'map.jsonl'), lines.join('\n'));
}

function linesOf(folder: string): Map<string, string> {
  const answers = new Map<string, string>();
  for (const line of readFileSync(join(folder, 'map.jsonl'), 'utf8').split('\n')) {
    const { request, response } = JSON.parse(line) as { request: unknown; response: unknown };
    answers.set(keyOf(request), JSON.stringify(response));
  }
  return answers;
}

async function recordCassette(folder: string): Promise<void> {
  const cassette = join(folder, 'cassette.json');
  if (existsSync(cassette)) return;
  const live: CompletionProvider = {
    complete: async (request) => completionOf(indexOf(request)),
    stream: () => {
      throw new Error('not streamed');
    },
  };
  await using provider = recordingProvider(live, { cassette });
  for (let index = 0; index < count; index++) await provider.complete(requestOf(index));
}

/** Runs one contestant in a process of its own. */
async function runOne(name: string, task: string, folder: string, url: string): Promise<void> {
  const contestant = contestants[name]!;
  if (task === 'record') {
    await contestant.record(folder, url);
    return;
  }
  await contestant.prepare?.();
  let start = performance.now();
  const { ask: askOne, end } = await contestant.load(folder, url);
  const load = performance.now() - start;
  start = performance.now();
  for (let index = 0; index < count; index++) await askOne(index);
  const replay = performance.now() - start;
  await end?.();
  console.log(JSON.stringify({ load, replay }));
}

/** Runs all contestants in turn, several times. */
async function runAll(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'swarmcheck-bench-'));
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(completionOf(indexOf(JSON.parse(body) as CompletionRequest))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  try {
    for (const name of Object.keys(contestants)) await child(name, 'record', folder, url);
    server.closeAllConnections();
    server.close();
    const times = new Map<string, { load: number[]; replay: number[] }>();
    for (let repetition = 0; repetition <= repetitions; repetition++) {
      for (const name of Object.keys(contestants)) {
        const { load, replay } = JSON.parse(await child(name, 'replay', folder, url)) as {
          load: number;
          replay: number;
        };
        const entry = times.get(name) ?? { load: [], replay: [] };
        times.set(name, entry);
        // The first repetition fills the caches.
        if (repetition === 0) continue;
        entry.load.push(load);
        entry.replay.push(replay);
      }
    }
    print(times);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function child(...args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const command = [...process.execArgv, fileURLToPath(import.meta.url), ...args];
    execFile(process.execPath, command, { maxBuffer: 1e8 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args[0]}: ${stderr}`));
      else resolve(stdout.trim().split('\n').at(-1)!);
    });
  });
}

function print(times: ReadonlyMap<string, { load: number[]; replay: number[] }>): void {
  const totals = new Map(
    [...times].map(([name, { load, replay }]) => [
      name,
      median(load.map((time, index) => time + replay[index]!)),
    ]),
  );
  const base = {
    provider: totals.get('hand-written map, provider')!,
    fetch: totals.get('hand-written map, fetch')!,
  };
  console.log(`Node ${process.version}, ${count} interactions, median of ${repetitions}\n`);
  console.log(`${''.padEnd(30)}   load ms   replay ms   µs/request   total ms   x hand-written`);
  for (const [name, { load, replay }] of times) {
    const total = totals.get(name)!;
    const factor = total / (name.endsWith('provider') ? base.provider : base.fetch);
    const columns = [
      median(load).toFixed(1),
      median(replay).toFixed(1),
      ((median(replay) * 1000) / count).toFixed(0),
      total.toFixed(0),
      factor.toFixed(2),
    ];
    console.log(
      name.padEnd(30) + columns.map((text, index) => text.padStart([10, 12, 13, 11, 17][index]!)).join(''),
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)]!;
}

const [name, task, folder, url] = process.argv.slice(2);
if (name === undefined) {
  if (!existsSync(join(peersFolder, 'node_modules')))
    spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: 'inherit' });
  await runAll();
} else {
  await runOne(name, task!, folder!, url!);
}
