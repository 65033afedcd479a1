import type { TracedToolCall } from '../engine/run/events.ts';
import { thrownIn } from '../trace/thrown-by.ts';
import type { Trace } from '../trace/trace.ts';
import type { Scenario } from './scenario.ts';

/**
 * The warning about a tool that threw in a run that passed, if nothing in the scenario mentions errors of tools;
 * undefined without such a tool.
 *
 * A scenario mentions them by `expect.toolErrors` or `expect.recovered`, by an item of `expect.toolResults` about the
 * tool, by an `expect.finalMessage` that contains the tool's answer, by a stub for the tool in `tools`, because it may
 * throw on purpose, or by a `check`, because it may look at them.
 */
export function unmentionedErrorWarning(scenario: Scenario, trace: Trace): string | undefined {
  const call = trace.toolCalls.find((one) => thrownIn(one) && !mentions(scenario, one));
  if (!call) return undefined;
  return `The tool "${call.tool}" threw, and nothing in this test mentions it. Mend the tool, or expect the error: with expect.toolErrors, expect.recovered or a check.`;
}

function mentions({ expect = {}, tools = {}, check }: Scenario, { tool, content }: TracedToolCall): boolean {
  const { toolErrors, recovered, toolResults = [], finalMessage } = expect;
  if (check || toolErrors !== undefined || recovered !== undefined) return true;
  if (Object.hasOwn(tools, tool) || finalMessage?.includes(content)) return true;
  return toolResults.some((one) => one.tool === tool);
}
