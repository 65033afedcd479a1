/** A program with little memory, and a thread that uses it up. */
import { workerTool } from 'swarmcheck/worker';
import { called } from '../../support/called.ts';

const url = new URL('../modules/tools.ts', import.meta.url);
const parameters = { type: 'object', additionalProperties: true } as const;
const tools = [workerTool(url, 'fill_memory'), workerTool(url, 'square', { parameters })];
const { content } = await called(tools, 'fill_memory');
const next = await called(tools, 'square', { n: 6 });
process.stdout.write(`${content}\n${next.content}`);
