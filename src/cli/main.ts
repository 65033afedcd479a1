#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { chatCommand } from './chat.ts';
import { checkCommand } from './check.ts';
import { Ending } from './ending.ts';
import { recordCommand } from './record.ts';
import { replayCommand } from './replay.ts';
import { runCommand } from './run.ts';
import { serveCommand } from './serve.ts';
import { thrownText } from './thrown.ts';

/** Exit codes of every command: 0 all is well, 1 something failed, 2 it was used wrongly or could not be loaded. */
const usageError = 2;

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const ending = new Ending();

const program = new Command('swarmcheck')
  .description(
    'Runs agents against a model that does exactly what you say, and tells you what the agents did.',
  )
  .version(version)
  .exitOverride()
  .showHelpAfterError('(run "swarmcheck --help" for what there is)')
  .configureOutput({ outputError: (text, write) => write(`${text}${fileHint(text)}`) })
  .addCommand(runCommand(ending))
  .addCommand(recordCommand(ending))
  .addCommand(replayCommand(ending))
  .addCommand(checkCommand(ending))
  .addCommand(serveCommand())
  .addCommand(chatCommand(ending));

/** For a file in place of a command. */
function fileHint(text: string): string {
  const given = /^error: unknown command '(.+)'\n$/.exec(text)?.[1];
  if (given === undefined || !(/[./*]/.test(given) || existsSync(given))) return '';
  return `(Did you mean: swarmcheck run ${process.argv.slice(2).join(' ')}?)\n`;
}

let exitCode: number;
try {
  await program.parseAsync();
  exitCode = Number(process.exitCode ?? 0);
} catch (error) {
  exitCode = usageError;
  // Help and version end this way too, with code 0. Anything else is a mistake of ours, and still no stack trace.
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? 0 : usageError;
  else process.stderr.write(`swarmcheck could not go on: ${thrownText(error)}\n`);
}
await ending.finish(exitCode);
