export { workerTool } from './worker/worker-tool.ts';
export { WorkerToolError } from './worker/worker-tool-error.ts';
export type { WorkerProblem } from './worker/worker-tool-error.ts';
export type { WorkerToolOptions } from './worker/worker-tool.ts';
