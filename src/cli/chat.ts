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
    .description('Talk to an agent in the terminal. A live model answers, or the script of a scenario.')
    .argument(
      '<module#export>',
      'a module and its export: an agent, a function that makes one, or a scenario',
    )
    .option('--script <file>', 'let the script of this scenario answer, which needs no key')
    .option(
      '--filter <text>',
      'if that file has several scenarios, use the one whose name contains this text',
    )
    .option('--context <json>', 'the context variables, as a JSON object', contextOf)
    .option('--model <name>', "use this model instead of the agents' own")
    .option('--base-url <url>', 'the URL of another API that speaks Chat Completions, ending in /v1', urlOf)
    .option(
      '--max-turns <number>',
      "the maximum number of turns for each message (default: the scenario's, or 100)",
      turnsOf,
    )
    .option('--no-stream', 'show each answer only when it is complete')
    .option('--json', 'print one JSON document to stdout at the end; the conversation goes to stderr')
    .addHelpText(
      'after',
      '\nThe key is read from OPENAI_API_KEY. /help lists the commands of the chat; /save\n' +
        'saves the conversation as a scenario and a cassette. Ctrl-C stops an answer,\n' +
        'Ctrl-D leaves.\n' +
        'Exit codes: 0 the chat was left, 1 the script did not fit the agent, 2 usage\n' +
        'error, or a file could not be loaded.',
    )
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck chat --help" for usage)')
    .action(async (module: string, options: ChatOptions) => {
      invocation.exitCode = await chat(module, options, invocation);
    });
}

function contextOf(text: string): object {
  try {
    const context: unknown = JSON.parse(text);
    if (isPlainObject(context)) return context;
  } catch {
    // Invalid JSON gets the error below.
  }
  throw new InvalidArgumentError('It must be a JSON object, such as \'{"user":"Ann"}\'.');
}

function turnsOf(text: string): number {
  const turns = Number(text);
  if (!/^\d+$/.test(text) || turns < 1) throw new InvalidArgumentError('It must be a whole number above 0.');
  return turns;
}

async function chat(module: string, options: ChatOptions, invocation: Invocation): Promise<0 | 1 | 2> {
  invocation.current = `The module ${module}`;
  // The provider comes first: if it is missing, an agent that was already made would have to be disposed of.
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
  return answering.prompter?.misfit ? 1 : 0;
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
  printer.line(`Chat with ${agent.name}. /help lists the commands.`);
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
        does: 'save the conversation as a scenario and a cassette: /save <name>',
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
  // Unlike JSON.stringify, `stringify` also prints context variables with cycles or bigints.
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
      message:
        'OPENAI_API_KEY is not set, so no live model can answer. Set it, or use another API: --base-url <url>, or let a script answer: --script <file of a scenario>.',
    };
  }
  return { provider: openaiProvider({ apiKey, ...(baseUrl !== undefined && { baseURL: baseUrl }) }) };
}
