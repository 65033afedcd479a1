let count = 0;

/** Whether requests of this process are routed to mocks. */
export function isMocking(): boolean {
  return count > 0;
}

/** Counts a start (1) or an end (-1) of mocking. Returns whether it was the first start, or the last end. */
export function changeMocking(by: 1 | -1): boolean {
  count += by;
  return count === (by === 1 ? 1 : 0);
}
