#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { Ending } from './ending.ts';
import { runCommand } from './run.ts';

/** Exit codes of every command: 0 all is well, 1 something failed, 2 it was used wrongly or could not be loaded. */
const usageError = 2;

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

const program = new Command('swarmcheck')
  .description(
    'Runs agents against a model that does exactly what you say, and tells you what the agents did.',
  )
  .version(version)
  .exitOverride()
  .showHelpAfterError('(run "swarmcheck --help" for what there is)')
  .addCommand(runCommand());

const ending = new Ending();
let exitCode: number;
try {
  await program.parseAsync();
  exitCode = Number(process.exitCode ?? 0);
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  // Help and version end this way too, with code 0.
  exitCode = error.exitCode === 0 ? 0 : usageError;
}
await ending.finish(exitCode);
