import { spawnSync } from 'node:child_process';

/** The command at the end of the message of a cassette that could not be recorded. */
export function commandIn(message: string): string {
  const [, command] =
    /record(?: again| on a machine with a key)?: (SWARMCHECK_RECORD=.*)$/m.exec(message) ?? [];
  if (command === undefined) throw new Error(`This message has no command: ${message}`);
  return command;
}

/**
 * What `npx` gets from a shell that runs these commands: for each, the value of SWARMCHECK_RECORD, and then the
 * arguments.
 */
export function receivedBy(commands: readonly string[]): string[][] {
  const script = [`npx() { printf '%s\\0' "$SWARMCHECK_RECORD" "$@"; printf '\\0'; }`, ...commands].join(
    '\n',
  );
  const { stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  if (stderr !== '') throw new Error(`The shell says: ${stderr}`);
  return stdout
    .split('\0\0')
    .slice(0, -1)
    .map((line) => line.split('\0'));
}
