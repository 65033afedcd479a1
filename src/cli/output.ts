/** With --json stdout is for the document alone: what user modules print goes to stderr. Returns the way to the real stdout. */
export function keepStdoutClean(json: boolean): (chunk: string) => void {
  const write = process.stdout.write.bind(process.stdout);
  if (json) process.stdout.write = process.stderr.write.bind(process.stderr);
  return (chunk) => void write(chunk);
}

/** Whether colours are wanted there. */
export function isColourful(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env['NO_COLOR'];
}
