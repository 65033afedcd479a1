import { shorten } from '../engine/values/engine-errors.ts';
import { toolThrewLines } from '../engine/values/thrown-lines.ts';
import type { RecordedEvent } from '../engine/run/events.ts';
import { printable } from '../report/printable.ts';
import type { Style } from '../report/style.ts';
import { callText, textOf } from '../trace/format.ts';

/** How many characters of a result, or of the arguments of a call, are shown. */
const longestResult = 500;

/**
 * Shows a run as it happens: who says something, which tools are called with which results, and who takes over.
 * Control characters in texts of the model and of tools are escaped, so that they cannot control the terminal.
 */
export class ChatPrinter {
  readonly #write: (text: string) => void;
  readonly #style: Style;
  #agent = '';
  /**
   * Results that may belong to a handoff. If the handoff takes effect, the line about the handoff is shown instead.
   */
  #held: { tool: string; content: string }[] = [];
  /** Whether a chunk of a streamed answer was written and its line has not ended. */
  #isInText = false;

  constructor(write: (text: string) => void, style: Style) {
    this.#write = write;
    this.#style = style;
  }

  /** Shows the text of a chunk of a streamed answer. */
  delta({ content }: { content?: unknown }): void {
    if (typeof content !== 'string' || content === '') return;
    if (!this.#isInText) this.#write(this.#speaker());
    this.#isInText = true;
    this.#write(continued(content));
  }

  /** Shows an event. */
  event(event: RecordedEvent): void {
    switch (event.type) {
      case 'model-request':
        this.#tellHeld();
        this.#agent = event.agent;
        break;
      case 'model-response':
        this.#answer(event.message);
        break;
      case 'tool-result':
        this.#result(event);
        break;
      case 'handoff':
        this.#held = this.#held.filter(({ tool }) => tool !== event.tool);
        this.#tellHeld();
        this.line(`  → ${event.to} takes over`, 'bold');
        break;
      case 'context-change':
        this.line(`  context: ${changeText(event)}`, 'dim');
        break;
      case 'run-end':
        this.#tellHeld();
        break;
      case 'model-error':
      case 'run-start':
    }
  }

  /** Writes a line. If the line of a streamed text is unfinished, ends that line first. */
  line(text: string, format?: Parameters<Style>[0]): void {
    this.#endText();
    const shown = printable(text);
    this.#write(`${format ? this.#style(format, shown) : shown}\n`);
  }

  /** Ends the line of a streamed text. */
  #endText(): void {
    if (this.#isInText) this.#write('\n');
    this.#isInText = false;
  }

  #answer(message: Extract<RecordedEvent, { type: 'model-response' }>['message']): void {
    const text = textOf(message.content);
    const wasShown = this.#isInText;
    this.#endText();
    if (!wasShown && text !== '') this.#write(`${this.#speaker()}${continued(text)}\n`);
    if (message.refusal) this.#write(`${this.#speaker()}refuses: ${continued(message.refusal)}\n`);
    for (const call of message.tool_calls ?? []) {
      if (call.type !== 'function') continue;
      const { name, arguments: args } = call.function;
      this.#write(`${this.#speaker()}${printable(callText(name, args, longestResult))}\n`);
    }
  }

  #result({ tool, content, error, thrown }: Extract<RecordedEvent, { type: 'tool-result' }>): void {
    // This may be the result of a handoff. If the handoff takes effect, the line about the handoff is shown instead.
    if (error === undefined && /^\{"assistant":"(?:[^"\\]|\\.)*"\}$/.test(content))
      this.#held.push({ tool, content });
    else this.#tellResult(content, error === undefined ? 'dim' : 'red');
    for (const line of thrown ? toolThrewLines(thrown.value) : []) this.line(`    ${line}`, 'dim');
  }

  #tellResult(content: string, format: 'dim' | 'red'): void {
    this.line(`  → ${shorten(content, longestResult).replaceAll('\n', '\n    ')}`, format);
  }

  #tellHeld(): void {
    for (const { content } of this.#held.splice(0)) this.#tellResult(content, 'dim');
  }

  #speaker(): string {
    return `${this.#style('bold', printable(this.#agent).replaceAll('\n', ' '))}: `;
  }
}

/** Indents all lines but the first, so that none of them looks like another speaker's. */
function continued(text: string): string {
  return printable(text).replaceAll('\n', '\n  ');
}

function changeText({ set, deleted }: { set: object; deleted: readonly string[] }): string {
  const gone = deleted.length === 0 ? [] : [`without ${deleted.join(', ')}`];
  const names = Object.keys(set);
  if (names.length === 0) return gone.join('');
  const whole = shorten(set, Infinity);
  // If the values are long, only the names are shown. /context shows the values.
  return [whole.length > 100 ? `sets ${names.join(', ')}` : whole, ...gone].join(', ');
}
