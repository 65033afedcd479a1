import type { Hooks } from '../../engine/run/hooks.ts';

/** Taken before fake timers replace it. Its callback runs after all pending microtasks. */
const { setImmediate: whenQuiet } = globalThis;

/** One passage of a conversation through a gate. */
export interface Passage {
  /** Its place in the list of conversations. */
  readonly conversation: number;
  /** Its next action, in words. */
  readonly what: string;
}

interface Waiting extends Passage {
  readonly open: () => void;
}

/**
 * Gates at which conversations wait before they ask the model, and before and after they run a tool. One conversation
 * is let through at a time, and runs as far as it can before the next one.
 *
 * The choices say which one. 0 is the conversation that went last, or the next waiting one after it; 1 is the one
 * after that, and so on. When the choices are used up, every choice is 0, so without choices the conversations run
 * one after the other.
 */
export class Gates {
  /** All passages, in order. */
  readonly passages: Passage[] = [];
  readonly #choices: readonly number[];
  #waiting: Waiting[] = [];
  #last = 0;
  #wake: () => void = () => {};

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  /** Hooks that make a conversation wait at the gates. */
  hooksOf(conversation: number): Hooks {
    const gate = (what: string) =>
      new Promise<void>((open) => {
        this.#waiting.push({ conversation, what, open });
        this.#wake();
      });
    return {
      beforeModel: ({ agent, turn }) => gate(`${agent.name} asks the model (turn ${turn})`),
      beforeTool: ({ name }) => gate(`calls ${name}`),
      afterTool: ({ name }) => gate(`gets the result of ${name}`),
    };
  }

  /** Lets conversations through, one by one, until the started promise settles. */
  async open<T>(started: Promise<T>): Promise<T> {
    let hasEnded = false;
    const end = () => {
      hasEnded = true;
      this.#wake();
    };
    started.then(end, end);
    for (;;) {
      await new Promise<void>((resolve) => whenQuiet(resolve));
      if (hasEnded) return await started;
      if (this.#waiting.length > 0) this.#letThrough();
      // Only tools that take real time are running: wait until a conversation reaches a gate, or all have ended.
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #letThrough(): void {
    // Sorted by conversation, not by arrival: the order of arrival varies where tools take real time.
    const order = this.#waiting.toSorted((left, right) => left.conversation - right.conversation);
    const first = Math.max(
      0,
      order.findIndex(({ conversation }) => conversation >= this.#last),
    );
    const choice = this.#choices[this.passages.length] ?? 0;
    const next = order[(first + choice) % order.length]!;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    const { conversation, what, open } = next;
    this.#last = conversation;
    this.passages.push({ conversation, what });
    open();
  }
}
