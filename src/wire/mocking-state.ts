let count = 0;

/** Whether requests of this process are routed to mocks. */
export function isMocking(): boolean {
  return count > 0;
}

/** Notes that mocking begins (1) or ends (-1). Says whether it was the first, or the last. */
export function changeMocking(by: 1 | -1): boolean {
  count += by;
  return count === (by === 1 ? 1 : 0);
}
