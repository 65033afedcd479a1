import { stringify } from 'safe-stable-stringify';
import type { RecordedEvent } from '../engine/run/events.ts';
import { show } from '../scenario/equals.ts';
import { Chat, type ChatSettings } from './chat.ts';
import { inputLines, type Input, type Output } from './lines.ts';
import type { ChatPrinter } from './printer.ts';

/** A command of a chat, such as `/context`. */
interface ChatCommand {
  /** What the command does, for /help. */
  readonly does: string;
  /** Runs the command; `rest` is the text after its name. */
  run(chat: Chat, rest: string): void | Promise<void>;
}

/** Suggests what the person could say next, as a script does. */
export interface Prompter {
  /** The message that an empty line sends, if there is one. */
  readonly suggestion: string | undefined;
  /** Why no more messages can be answered; undefined while they can. */
  readonly over: string | undefined;
  /**
   * Called after each message, whether it was answered or not; `wasStopped` is true if an abort or Ctrl-C stopped the
   * answer.
   */
  answered(wasStopped: boolean): void;
}

/** The settings of a chat that reads its messages from an input. */
export interface ChatSessionSettings extends ChatSettings {
  readonly input: Input;
  readonly output: Output;
  /** Commands in addition to the built-in ones. */
  readonly commands?: Readonly<Record<string, ChatCommand>>;
  readonly prompter?: Prompter | undefined;
  /** Called after each message with the events of its run, or with undefined if the run failed or was stopped. */
  readonly onTurn?: (events: readonly RecordedEvent[] | undefined) => void;
  /** When aborted, ends the chat. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads messages, and lets the agents answer, until the input ends, a person types `/exit`, or the signal is aborted.
 * A line that begins with "/" is a command.
 */
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
      // A suggestion is sent as a message, even if it is blank or begins with "/".
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

/** Lets the agents answer a message. Meanwhile Ctrl-C stops the run, not the chat. */
async function answered(
  chat: Chat,
  content: string,
  outer: AbortSignal | undefined,
): Promise<{ events: readonly RecordedEvent[] | undefined; wasStopped: boolean }> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  process.on('SIGINT', stop);
  // If nothing else keeps the event loop alive, Node would end the process in the middle of the run.
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
      does: 'show the context variables',
      run: (chat) => printer.line(stringify(chat.contextVariables, null, 2)),
    },
  };
}

/** Runs a command. Returns whether it is /exit. */
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
  if (name !== 'help')
    printer.line(`Unknown command: /${name}. To send the line as a message, begin it with a space.`);
  for (const [known, { does }] of Object.entries(commands)) printer.line(`  /${known}  ${does}`);
  printer.line('  /exit  leave, like Ctrl-D; Ctrl-C stops an answer');
  return false;
}
