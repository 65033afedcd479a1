export { workerTool } from './worker/worker-tool.ts';
export type { WorkerToolOptions } from './worker/worker-tool.ts';
