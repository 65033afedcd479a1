/** Promises that are waited for, and time that passes only when nothing else happens. */
import { vi } from 'vitest';

/** A promise that never settles. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/** A promise that is resolved from outside: what is asked waits for it. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Until nothing happens any more that waits for no timer. */
export async function still(): Promise<void> {
  for (let round = 0; round < 30; round++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * What the promise comes to, without real time: whenever nothing else happens any more, the clock jumps to the next timer.
 * `Date` shows how long that took.
 * The process has one clock, so nothing may run beside, and what is loaded on first use has to be loaded before.
 */
export async function onFakeClock<T>(play: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  try {
    let isOver = false;
    const playing = play();
    const over = () => (isOver = true);
    playing.then(over, over);
    for (;;) {
      await still();
      if (isOver) return await playing;
      vi.advanceTimersToNextTimer();
    }
  } finally {
    vi.useRealTimers();
  }
}
