/** Promises that are waited for: one that never settles, one that is resolved from outside, all that are about to. */

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
