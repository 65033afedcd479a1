/** Promises to wait for, and a fake clock that advances only when nothing else happens. */
import { vi } from 'vitest';

/** A promise that never settles. */
export function never(): Promise<never> {
  return new Promise(() => {});
}

/** A promise that is resolved from outside. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly open: () => void;
}

export function gate(): Gate {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

/** Waits until nothing is pending but timers. */
export async function still(): Promise<void> {
  for (let round = 0; round < 30; round++) await new Promise((resolve) => setImmediate(resolve));
}

/**
 * The result of the promise, without real time: when only timers are pending, the clock jumps to the next one. `Date`
 * shows how much time passed on the fake clock.
 * The process has one clock, so nothing else may run meanwhile. Modules that are imported on first use must be loaded
 * before.
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
