import { once as onceEmitted } from 'node:events';
import { Command, InvalidArgumentError, Option } from 'commander';
import { exchangeLine } from '../report/exchange-line.ts';
import { printable } from '../report/printable.ts';
import { loadErrorText } from '../report/run-report.ts';
import { styleFor } from '../report/style.ts';
import { ServedConversations } from '../wire/conversations.ts';
import { serveOnLoopback } from '../wire/server.ts';
import type { ExitCode, Invocation } from './invocation.ts';
import { oneScenario } from './one-scenario.ts';
import { thrownText } from './thrown.ts';

interface ServeOptions {
  port: number;
  once?: boolean;
  filter?: string;
  json?: boolean;
}

/** `swarmcheck serve <scenario>` */
export function serveCommand(invocation: Invocation): Command {
  return new Command('serve')
    .description('Serve the script of a scenario over HTTP on loopback, to clients in any language.')
    .argument('<file>', 'a module that exports a scenario')
    .addOption(
      new Option('--port <number>', 'the port to listen on; 0 chooses a free one')
        .argParser(portOf)
        .default(0),
    )
    .option('--filter <text>', 'if the file has several scenarios, use the one whose name contains this text')
    .option('--once', 'stop when one conversation has played the script to its end')
    .option('--json', 'print one JSON document to stdout at the end; requests are shown on stderr')
    .addHelpText(
      'after',
      '\nThe header "x-swarmcheck-conversation" tells conversations apart; without it,\n' +
        'their histories do. Ctrl-C or SIGTERM stops the server.\n' +
        'Exit codes: 0 every conversation played the script to its end, 1 steps are left\n' +
        'or something went wrong, 2 usage error, or the server could not start.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck serve --help" for usage)')
    .action(async (file: string, options: ServeOptions) => {
      invocation.exitCode = await serve(file, options, invocation);
    });
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('It must be a number from 0 to 65535.');
  return port;
}

async function serve(
  file: string,
  { port, once = false, filter, json = false }: ServeOptions,
  invocation: Invocation,
): Promise<ExitCode> {
  const { stdout, stderr } = invocation;
  const found = await oneScenario('serve', file, filter);
  if ('message' in found) {
    stderr.write(`${loadErrorText(found, styleFor(false))}\n`);
    return 2;
  }
  const tell = (line: string) => void (json ? stderr : stdout).write(`${printable(line)}\n`);
  const conversations = new ServedConversations(found.scenario.steps, latency);
  const played = new AbortController();
  // Created before the address is printed, because the reader of the address may stop the command at once.
  const stopping = AbortSignal.any([played.signal, invocation.stopSignal]);
  let server;
  try {
    server = await serveOnLoopback(async (request) => {
      const chosen = await conversations.choose(request);
      if (chosen instanceof Response) {
        const { error } = (await chosen.clone().json()) as { error: { message: string } };
        tell(`refused: ${error.message}`);
        return chosen;
      }
      return {
        ...chosen,
        onExchange(exchange) {
          tell(`conversation ${chosen.name}: ${exchangeLine(exchange)}`);
        },
        // The command is not stopped in onExchange, because that is called before the last answer is sent.
        onSent() {
          if (once && chosen.provider.remaining === 0) played.abort();
        },
      };
    }, port);
  } catch (error) {
    stderr.write(`The port ${port} cannot be used: ${thrownText(error)}\n`);
    return 2;
  }
  tell(`Serving "${found.name}" at ${server.url}/v1 (POST /chat/completions). Ctrl-C stops it.`);
  if (!stopping.aborted) await onceEmitted(stopping, 'abort');
  await server.close();

  const leftovers = conversations.leftovers();
  for (const text of leftovers) stderr.write(`${printable(text)}\n`);
  const document = {
    version: 1,
    url: `${server.url}/v1`,
    conversations: conversations.all.map(({ name, log, provider }) => ({
      name,
      requests: log.exchanges.length,
      remaining: provider.remaining,
    })),
    leftovers,
  };
  if (json) stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  return leftovers.length === 0 ? 0 : 1;
}

/** Waits for the latency of a scripted answer, in real time. */
function latency(latencyMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, latencyMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
