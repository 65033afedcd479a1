import { Command, InvalidArgumentError } from 'commander';
import { stringify } from 'safe-stable-stringify';
import { ChatPrinter } from '../chat/printer.ts';
import { holdChat } from '../chat/session.ts';
import { PastRuns } from '../cassette/past-runs.ts';
import { isPlainObject } from '../engine/values/copy.ts';
import { openaiProvider } from '../engine/model/openai-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { loadErrorText, type LoadError } from '../report/run-report.ts';
import { styleFor } from '../report/style.ts';
import { defaultMaxTurns } from '../scenario/scenario.ts';
import { chatPartner, type ChatPartner } from './chat/partner.ts';
import { ChatSaver } from './chat/saver.ts';
import { ScriptPrompter } from './chat/script-of-chat.ts';
import type { Invocation } from './invocation.ts';
import { oneScenario } from './one-scenario.ts';
import { urlOf } from './record.ts';

interface ChatOptions {
  script?: string;
  filter?: string;
  context?: object;
  model?: string;
  baseUrl?: string;
  maxTurns?: number;
  stream: boolean;
  json?: boolean;
}

/** `swarmcheck chat <module#export>` */
export function chatCommand(invocation: Invocation): Command {
  return new Command('chat')
    .description('Talks to an agent in the terminal, with a live model, or with a script in its place.')
    .argument(
      '<module#export>',
      'a module and what it exports: an agent, a function that makes one, or a scenario',
    )
    .option('--script <file>', 'let the script of this scenario answer, which takes no key')
    .option('--filter <text>', 'of several scenarios in that file, the one with this text in its name')
    .option('--context <json>', 'the context variables, as a JSON object', contextOf)
    .option('--model <name>', "the model to ask in place of the agents' own")
    .option(
      '--base-url <url>',
      'the address of an API that speaks Chat Completions, with /v1 at its end',
      urlOf,
    )
    .option('--max-turns <number>', 'how many turns a message may take (default: 100)', turnsOf)
    .option('--no-stream', 'show answers when they are complete')
    .option('--json', 'print one JSON document to stdout at the end, and nothing else there')
    .addHelpText(
      'after',
      '\nThe key is taken from OPENAI_API_KEY. /help lists what can be typed beside messages: /save keeps the\n' +
        'conversation as a scenario and a cassette. Ctrl-C stops an answer, Ctrl-D leaves.\n' +
        'Exit codes: 0 the chat was left, 2 wrong use, or a file that could not be loaded.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck chat --help" for what there is)')
    .action(async (module: string, options: ChatOptions) => {
      invocation.exitCode = await chat(module, options, invocation);
    });
}

function contextOf(text: string): object {
  try {
    const context: unknown = JSON.parse(text);
    if (isPlainObject(context)) return context;
  } catch {
    // The error is thrown below.
  }
  throw new InvalidArgumentError('It is an object in JSON, such as \'{"user":"Ann"}\'.');
}

function turnsOf(text: string): number {
  const turns = Number(text);
  if (!/^\d+$/.test(text) || turns < 1) throw new InvalidArgumentError('It is a whole number above 0.');
  return turns;
}

async function chat(module: string, options: ChatOptions, invocation: Invocation): Promise<0 | 2> {
  invocation.current = `The module ${module}`;
  // First, because an agent that is made for the chat must be disposed of.
  const answering = await answeringFor(module, options, invocation.env);
  const partner = 'message' in answering ? answering : await chatPartner(module);
  if ('message' in answering || 'message' in partner) {
    invocation.stderr.write(`${loadErrorText(partner as LoadError, styleFor(false))}\n`);
    return 2;
  }
  invocation.current = `The chat with ${module}`;
  try {
    await talk(partner, answering, options, invocation);
  } finally {
    await partner.dispose();
  }
  return 0;
}

async function talk(
  partner: ChatPartner,
  { provider, prompter, contextVariables: ofScript }: Answering,
  { context, model, maxTurns: mostTurns, stream, json = false }: ChatOptions,
  invocation: Invocation,
): Promise<void> {
  const { agent, scenario } = partner;
  const output = json ? invocation.stderr : invocation.stdout;
  const printer = new ChatPrinter(
    (text) => void output.write(text),
    styleFor(invocation.isColourful(output)),
  );
  const past = new PastRuns(provider);
  const contextVariables = context ?? ofScript ?? scenario?.contextVariables ?? {};
  const modelOverride = model ?? scenario?.modelOverride;
  const maxTurns = mostTurns ?? scenario?.maxTurns ?? defaultMaxTurns;
  const saver = new ChatSaver(past, { partner, contextVariables, modelOverride, maxTurns });
  printer.line(`Chat with ${agent.name}. /help lists what can be typed beside messages.`);
  const held = await holdChat({
    agent,
    provider: past.provider,
    hooks: partner.hooks,
    contextVariables,
    messages: scenario?.messages,
    executeTools: scenario?.executeTools,
    stream,
    maxTurns,
    modelOverride,
    printer,
    input: invocation.stdin,
    output,
    prompter,
    commands: {
      save: {
        does: 'keeps the conversation as a scenario and a cassette: /save <name>',
        run: async (_chat, name) => printer.line(await saver.save(name)),
      },
    },
    onTurn: (events) => past.end(events),
  });
  const { messages, contextVariables: left } = held;
  const document = {
    version: 1,
    agent: held.agent.name,
    messages,
    contextVariables: left,
    saved: saver.saved,
  };
  // Unlike JSON.stringify, this also prints context variables with cycles or bigints.
  if (json) invocation.stdout.write(`${stringify(document, null, 2)}\n`);
}

interface Answering {
  provider: CompletionProvider;
  prompter?: ScriptPrompter;
  contextVariables?: object | undefined;
}

/** The provider that answers: the script, or a live model. */
async function answeringFor(
  module: string,
  { script, filter, baseUrl }: ChatOptions,
  env: NodeJS.ProcessEnv,
): Promise<Answering | { file: string; message: string }> {
  if (script !== undefined) {
    const found = await oneScenario('chat', script, filter);
    if ('message' in found) return found;
    const prompter = new ScriptPrompter(found.scenario.steps);
    return { provider: prompter.provider, prompter, contextVariables: found.scenario.contextVariables };
  }
  const apiKey = env['OPENAI_API_KEY'] || (baseUrl === undefined ? undefined : 'none');
  if (apiKey === undefined) {
    return {
      file: module.replace(/#.*/, ''),
      message: `No live model can be asked: OPENAI_API_KEY is not set. Set it, ask an API of your own: --base-url <url>, or let a script answer: --script <file of a scenario>.`,
    };
  }
  return { provider: openaiProvider({ apiKey, ...(baseUrl !== undefined && { baseURL: baseUrl }) }) };
}
