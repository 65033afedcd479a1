// A module that never finishes loading.
await new Promise(() => {});

export function never_there() {}
