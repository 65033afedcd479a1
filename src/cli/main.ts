#!/usr/bin/env node
import { runCommandLine } from './command-line.ts';
import { Ending } from './ending.ts';
import { Invocation } from './invocation.ts';

const invocation = new Invocation();
const ending = new Ending(invocation);
await ending.finish(await runCommandLine(process.argv.slice(2), invocation));
