import type { StandardSchemaV1 } from '@standard-schema/spec';
import { UsageError } from '../engine/values/engine-errors.ts';
import { assertValidTimeout } from '../engine/values/valid-timeout.ts';
import { assertKnownOptions } from '../engine/values/known-fields.ts';
import { valueWords } from '../engine/values/value-words.ts';
import { Result } from '../engine/tools/result.ts';
import { tool, type JsonObjectSchema, type Tool, type ToolContext } from '../engine/tools/tool.ts';
import { thrownOf, type ThreadAnswer } from './thread-answer.ts';
import { moduleOf } from './module.ts';
import { threadsFor } from './threads.ts';
import { Sentence, sentence } from '../engine/values/error-facts.ts';
import { WorkerToolError } from './worker-tool-error.ts';

/** How the model sees a worker tool, and what its function gets. */
export interface WorkerToolOptions {
  /** The tool's name for the model. Default: the name of the export. A default export needs a name. */
  name?: string | undefined;
  /** Tells the model when to call the tool. */
  description?: string | undefined;
  /** The schema of the arguments, as `tool()` takes it. Without a schema, the tool takes no arguments. */
  parameters?: StandardSchemaV1<unknown, object> | JsonObjectSchema | undefined;
  /** How long the function may run, in milliseconds. Default: 30,000. After that its thread is ended. */
  timeoutMs?: number | undefined;
  /**
   * The names of the context variables that the function gets. Default: all. Set this if some variables cannot be
   * copied.
   */
  contextVariables?: readonly string[] | undefined;
}

const optionNames = ['name', 'description', 'parameters', 'timeoutMs', 'contextVariables'];

/**
 * A tool whose function runs in a worker thread, for code that would otherwise block the event loop:
 * `workerTool(new URL('./hash.ts', import.meta.url), 'hash', { parameters })`.
 *
 * The function is called with the validated arguments and the context variables. Both are copied by structured
 * cloning: functions cannot be copied, and an instance of a class arrives as an object with its fields. The return
 * value is copied back, and is then treated as the return value of any tool. Changes to the context variables stay in
 * the thread. To set some, return `new Result({ value, contextVariables })`. The function cannot hand off.
 *
 * If the function throws an error, the model gets it, as with any tool. The model also gets an error if the thread
 * ends before it answers, if the call takes longer than `timeoutMs`, or if the module or its export cannot be loaded.
 * After the end of a thread, the next call gets another thread. Aborting a run ends the thread of its call.
 *
 * All worker tools of the process share threads, and any thread may get a call, so a module should keep no state. The
 * threads do not keep the process alive. Mocks and network guards of the process have no effect in threads. Worker
 * tools need the package `piscina`. TypeScript modules are loaded with `tsx`, which is installed with swarmcheck.
 *
 * Throws a TypeError for a module that does not exist, and in all cases in which `tool()` throws one.
 */
export function workerTool(
  url: string | { readonly href: string },
  exportName: string,
  options: WorkerToolOptions = {},
): Tool {
  const module = moduleOf(url);
  assertKnownOptions('workerTool', options, optionNames);
  assertValidExportName(exportName, options.name);
  const { name = exportName, description, parameters, timeoutMs = 30_000, contextVariables } = options;
  assertValidTimeout('workerTool', timeoutMs);
  assertValidNames(contextVariables);
  return tool({
    name,
    description,
    parameters,
    async execute(args, context) {
      const task = { ...module, exportName, args, contextVariables: chosen(context, contextVariables) };
      const threads = await threadsFor(module.isTypeScript);
      return valueOf(await threads.call(task, context.signal, timeoutMs));
    },
  });
}

function chosen({ contextVariables }: ToolContext<object>, names: readonly string[] | undefined): object {
  const entries = Object.entries(contextVariables);
  return Object.fromEntries(names ? entries.filter(([name]) => names.includes(name)) : entries);
}

function valueOf(answer: ThreadAnswer): unknown {
  if ('mistake' in answer) {
    const { text, facts } = answer.mistake;
    throw new WorkerToolError(answer.problem, new Sentence(text, facts));
  }
  if ('thrown' in answer) throw thrownOf(answer.thrown);
  const { value, contextVariables } = answer;
  return contextVariables ? new Result({ value, contextVariables }) : value;
}

function assertValidExportName(exportName: unknown, name: unknown): void {
  if (typeof exportName !== 'string' || exportName === '') {
    throw new UsageError(
      sentence`${{ where: 'workerTool' }} takes ${{ expected: 'the name of an exported function after the URL' }}, but was given ${{ given: valueWords(exportName) }}.`,
    );
  }
  if (exportName === 'default' && name === undefined) {
    throw new UsageError(
      sentence`A default export has no ${{ field: 'name' }} for the model. Give it one: workerTool(url, "default", { name: "…" }).`,
    );
  }
}

function assertValidNames(names: unknown): void {
  if (names === undefined) return;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return;
  throw new UsageError(
    sentence`The ${{ field: 'contextVariables' }} of ${{ where: 'workerTool' }} must be ${{ expected: 'a list of names, such as ["user"]' }}, but is ${{ given: valueWords(names) }}.`,
  );
}
