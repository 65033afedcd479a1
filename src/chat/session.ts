import { stringify } from 'safe-stable-stringify';
import type { RecordedEvent } from '../engine/run/events.ts';
import { show } from '../scenario/equals.ts';
import { Chat, type ChatSettings } from './chat.ts';
import { inputLines, type Input, type Output } from './lines.ts';
import type { ChatPrinter } from './printer.ts';

/** A command of a chat: `/context`. */
interface ChatCommand {
  /** What it does, for /help. */
  readonly does: string;
  /** Does it; `rest` is what follows the command's name. */
  run(chat: Chat, rest: string): void | Promise<void>;
}

/** Who helps with what could be said: a script. */
export interface Prompter {
  /** What is sent for an empty line, if there is something. */
  readonly suggestion: string | undefined;
  /** Why nothing can be answered any more, if that is so. */
  readonly over: string | undefined;
  /** A message was answered, or could not be, or was stopped by the person. */
  answered(wasStopped: boolean): void;
}

/** How a chat is held. */
export interface ChatSessionSettings extends ChatSettings {
  readonly input: Input;
  readonly output: Output;
  /** Commands beside those that every chat has. */
  readonly commands?: Readonly<Record<string, ChatCommand>>;
  readonly prompter?: Prompter | undefined;
  /** Told what happened after each message; undefined where it was not answered. */
  readonly onTurn?: (events: readonly RecordedEvent[] | undefined) => void;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

/** Reads, answers and shows, until there is nothing more to read. What was typed after "/" is a command. */
export async function holdChat(settings: ChatSessionSettings): Promise<Chat> {
  const { printer, input, output, prompter, onTurn, signal } = settings;
  const chat = new Chat(settings);
  const commands = { ...ownCommands(printer), ...settings.commands };
  const lines = inputLines(input, output);
  try {
    let isToldOver = false;
    for (;;) {
      if (signal?.aborted) break;
      const suggestion = prompter?.suggestion;
      if (suggestion !== undefined) printer.line(`(Enter sends: ${suggestion})`);
      const over = prompter?.over;
      if (over !== undefined && !isToldOver) printer.line(`(${over})`);
      isToldOver = over !== undefined;
      const line = await lines.next('User: ', suggestion, signal);
      if (line === undefined) break;
      // What a script says is said, whatever it looks like.
      const isSuggested = line === suggestion;
      if (!isSuggested && line.trim() === '') continue;
      if (!isSuggested && line.startsWith('/')) {
        if (await isLast(line, commands, chat, printer)) break;
      } else if (over !== undefined) {
        isToldOver = false;
      } else {
        const { events, wasStopped } = await answered(chat, line, signal);
        prompter?.answered(wasStopped);
        onTurn?.(events);
      }
    }
  } finally {
    lines.close();
  }
  return chat;
}

/** Ctrl-C while agents answer ends the turn, and not the chat. */
async function answered(
  chat: Chat,
  content: string,
  outer: AbortSignal | undefined,
): Promise<{ events: readonly RecordedEvent[] | undefined; wasStopped: boolean }> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on('SIGINT', stop);
  // Where nothing else is under way, Node would end the process in the middle of the turn.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    const signal = outer ? AbortSignal.any([stopping.signal, outer]) : stopping.signal;
    const events = await chat.send(content, signal);
    return { events, wasStopped: events === undefined && signal.aborted };
  } finally {
    clearInterval(alive);
    process.off('SIGINT', stop);
  }
}

function ownCommands(printer: ChatPrinter): Record<string, ChatCommand> {
  return {
    context: {
      does: 'shows the context variables',
      run: (chat) => printer.line(stringify(chat.contextVariables, null, 2)),
    },
  };
}

/** Does what a command says; whether it is the one that leaves. */
async function isLast(
  line: string,
  commands: Readonly<Record<string, ChatCommand>>,
  chat: Chat,
  printer: ChatPrinter,
): Promise<boolean> {
  const [, name = '', rest = ''] = /^\/(\S*)\s*(.*)$/.exec(line) ?? [];
  if (name === 'exit') return true;
  const chosen = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (chosen) {
    try {
      await chosen.run(chat, rest.trim());
    } catch (error) {
      printer.line(`(/${name} failed: ${error instanceof Error ? error.message : show(error)})`);
    }
    return false;
  }
  if (name !== 'help') printer.line(`There is no command /${name}. To say it, begin with a space.`);
  for (const [known, { does }] of Object.entries(commands)) printer.line(`  /${known}  ${does}`);
  printer.line('  /exit  leaves, as Ctrl-D does; Ctrl-C stops an answer');
  return false;
}
