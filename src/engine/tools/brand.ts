/**
 * Marks every instance of a class with a registered symbol, so that two copies of the package in one process
 * recognize each other's agents and results, where `instanceof` would not.
 */
export function brand(constructor: { prototype: object }, name: string): void {
  Object.defineProperty(constructor.prototype, Symbol.for(name), { value: true });
}

/** Whether the value is an instance of a class marked with this name. */
export function hasBrand(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Symbol.for(name) in value;
}
