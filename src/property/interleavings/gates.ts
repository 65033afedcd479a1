import type { Hooks } from '../../engine/run/hooks.ts';

/** Before fake timers replace it. All microtasks come before what it is given. */
const { setImmediate: whenQuiet } = globalThis;

/** Where a conversation was let through. */
export interface Passage {
  /** Its place in the list of conversations. */
  readonly conversation: number;
  /** What it was about to do, for a reader. */
  readonly what: string;
}

interface Waiting extends Passage {
  readonly open: () => void;
}

/**
 * Gates at which conversations wait before they ask the model, and before and after they run a tool. One is let through at a
 * time, and goes on as far as it can before the next one is.
 *
 * The choices say who: 0 is whoever went last, or the next one after it that waits; 1 the one after that, and so on. When they
 * are used up, every choice is 0, so without any the conversations follow one another.
 */
export class Gates {
  /** What was let through, in order. */
  readonly passages: Passage[] = [];
  readonly #choices: readonly number[];
  #waiting: Waiting[] = [];
  #last = 0;
  #wake: () => void = () => {};

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  /** Makes a conversation wait at the gates. */
  hooksOf(conversation: number): Hooks {
    const gate = (what: string) =>
      new Promise<void>((open) => {
        this.#waiting.push({ conversation, what, open });
        this.#wake();
      });
    return {
      beforeModel: ({ agent, turn }) => gate(`${agent.name} asks the model (turn ${turn})`),
      beforeTool: ({ name }) => gate(`calls ${name}`),
      afterTool: ({ name }) => gate(`has the result of ${name}`),
    };
  }

  /** Lets conversations through, one by one, until all that was started has ended. */
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
      // A tool that takes its time: somebody will come.
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #letThrough(): void {
    // By their place in the list, not by when they came: what takes real time does not come in one order only.
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
