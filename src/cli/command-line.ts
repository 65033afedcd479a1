import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { chatCommand } from './chat.ts';
import { checkCommand } from './check.ts';
import type { ExitCode, Invocation, OutputStream } from './invocation.ts';
import { recordCommand } from './record.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';
import { nameFilesFrom } from '../engine/values/stack.ts';
import { thrownText } from './thrown.ts';

/** Runs the command that these arguments name, and resolves with its exit code. Never rejects. */
export async function runCommandLine(args: readonly string[], invocation: Invocation): Promise<ExitCode> {
  nameFilesFrom(invocation.folder);
  try {
    await programFor(args, invocation).parseAsync(args, { from: 'user' });
    return invocation.exitCode;
  } catch (error) {
    // `--help` and `--version` also end in a CommanderError, with code 0. An error of another class is a bug of
    // swarmcheck. Its message is shown without a stack trace.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    invocation.stderr.write(`swarmcheck stopped: ${thrownText(error)}\n`);
    return 2;
  } finally {
    nameFilesFrom(undefined);
  }
}

function widthOf({ isTTY, columns }: OutputStream): number {
  // Without a terminal, Commander would choose a width itself.
  return isTTY && columns ? columns : 80;
}

function programFor(args: readonly string[], invocation: Invocation): Command {
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const program = new Command('swarmcheck')
    .description('Run agents against a model that does exactly what you say, and see what the agents did.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('(run "swarmcheck --help" for usage)')
    .addCommand(runCommand(invocation))
    .addCommand(recordCommand(invocation))
    .addCommand(replayCommand(invocation))
    .addCommand(checkCommand(invocation))
    .addCommand(serveCommand(invocation))
    .addCommand(chatCommand(invocation));
  const { stdout, stderr } = invocation;
  for (const command of [program, ...program.commands])
    command.configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      getOutHelpWidth: () => widthOf(stdout),
      getErrHelpWidth: () => widthOf(stderr),
    });
  return program.configureOutput({
    outputError: (text, write) => write(`${text}${fileHint(text, args)}`),
  });
}

/** A hint for a file that was given in place of a command. */
function fileHint(text: string, args: readonly string[]): string {
  const given = /^error: unknown command '(.+)'\n$/.exec(text)?.[1];
  if (given === undefined || !(/[./*]/.test(given) || existsSync(given))) return '';
  return `(Did you mean: swarmcheck run ${args.join(' ')}?)\n`;
}
