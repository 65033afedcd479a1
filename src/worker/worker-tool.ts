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
import { sentence } from '../engine/values/error-facts.ts';

/** What the model is told of a worker tool, and what the tool is given. */
export interface WorkerToolOptions {
  /** The name of the export. */
  name?: string | undefined;
  /** Tells the model when to call it. */
  description?: string | undefined;
  /** The schema of its arguments, as `tool()` takes it. Without one it takes none. */
  parameters?: StandardSchemaV1<unknown, object> | JsonObjectSchema | undefined;
  /** How long the function may run: 30,000 by default. Then its thread is ended. */
  timeoutMs?: number | undefined;
  /** The names of the context variables that the function is given: all by default. Name them where others cannot be copied. */
  contextVariables?: readonly string[] | undefined;
}

const optionNames = ['name', 'description', 'parameters', 'timeoutMs', 'contextVariables'];

/**
 * A tool whose function runs in a worker thread, for what would keep the event loop from everything else:
 * `workerTool(new URL('./hash.ts', import.meta.url), 'hash', { parameters })`.
 *
 * The function is called with the arguments, validated, and the context variables, both as copies by structured cloning:
 * functions cannot be copied, and of an instance of a class its fields are. What it returns is copied back, and is then what any
 * tool returns. What it changes in its context variables stays in the thread; to set some, it returns
 * `new Result({ value, contextVariables })`. It cannot hand off.
 *
 * What it throws is told to the model as of any tool. So are a thread that ends before it answers, one that takes longer than
 * `timeoutMs`, and a module or an export that cannot be loaded; the next call gets another thread. A run that is aborted ends
 * the thread of its call. Threads are shared by all worker tools of the process, and any of them may get a call: a module should
 * keep no state. They come from the package `piscina`, and do not keep the process from ending. TypeScript is loaded by `tsx`.
 * Mocks and network guards of the process do not reach into threads.
 *
 * Throws a TypeError for a module that is not there, and for what `tool()` refuses.
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
  if ('mistake' in answer) throw new Error(answer.mistake);
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
      sentence`A default export has no ${{ field: 'name' }} that the model could call it by: workerTool(url, "default", { name: "…" }).`,
    );
  }
}

function assertValidNames(names: unknown): void {
  if (names === undefined) return;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return;
  throw new UsageError(
    sentence`The ${{ field: 'contextVariables' }} of ${{ where: 'workerTool' }} must be ${{ expected: 'a list of names, such as ["user"]' }}, but are ${{ given: valueWords(names) }}.`,
  );
}
