/** A program whose last line is a call in a thread. The program does not end the thread. */
import { workerTool } from 'swarmcheck/worker';
import { called } from '../../support/called.ts';

const url = new URL('../modules/tools.ts', import.meta.url);
const parameters = { type: 'object', additionalProperties: true } as const;
const { content } = await called([workerTool(url, 'square', { parameters })], 'square', { n: 6 });
process.stdout.write(content);
