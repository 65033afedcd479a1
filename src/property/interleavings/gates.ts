import type { Hooks } from '../../engine/run/hooks.ts';

/** The real `setImmediate`, read before a test installs fake timers. Its callback runs after all pending microtasks. */
const { setImmediate: whenQuiet } = globalThis;

/** One time that a conversation is let through a gate. */
export interface Passage {
  /** The index of the conversation. */
  readonly conversation: number;
  /** What the conversation does next, in words. */
  readonly what: string;
}

interface Waiting extends Passage {
  readonly open: () => void;
}

/**
 * Gates are points where conversations wait: before they ask the model, and before and after they run a tool. One
 * waiting conversation is let through at a time, and runs as far as it can before the next one is let through.
 *
 * Each choice says which waiting conversation is let through. 0 is the conversation that was let through last, or, if
 * that one is not waiting, the next waiting one in the list of conversations. 1 is the waiting conversation after
 * that, and so on. When the choices are used up, every choice is 0, so without choices the conversations run one
 * after the other.
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
