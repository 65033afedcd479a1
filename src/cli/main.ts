#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { Ending } from './ending.ts';
import { runCommand } from './run.ts';
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
  .addCommand(runCommand(ending));

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
