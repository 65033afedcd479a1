import type { ToolErrorKind } from '../../engine/run/events.ts';
import { UsageError } from '../../engine/values/engine-errors.ts';
import { sentence } from '../../engine/values/error-facts.ts';
import type { Trace } from '../../trace/trace.ts';
import { runEnd, toolResults, traceBehind, verdict, type Verdict } from './verdict.ts';

/** A tool call that was answered with an error. */
export interface FailedCall {
  tool: string;
  kind?: ToolErrorKind;
}

/** Whether every tool call succeeded. */
export function hasNoToolErrors(source: unknown, ...surplus: unknown[]): Verdict {
  // With `.not` an argument that is ignored could let the assertion pass because of another tool.
  if (surplus.length > 0)
    throw new UsageError(
      sentence`${{ where: 'toHaveNoToolErrors' }} takes ${{ expected: 'no argument' }}, because it is about all tools. To allow some errors, write { toolErrors: [{ tool, kind }] } in the "expect" of a scenario.`,
    );
  return hasToolErrors({ trace: traceBehind(source, 'toHaveNoToolErrors') }, []);
}

/** Whether exactly these calls were answered with errors, in this order. */
export function hasToolErrors({ trace }: { trace: Trace }, expected: readonly FailedCall[]): Verdict {
  const failed = toolResults(trace).filter(({ error }) => error !== undefined);
  const departure = failed.findIndex(({ tool, error }, index) => {
    const { tool: wanted, kind = error } = expected[index] ?? {};
    return wanted !== tool || kind !== error;
  });
  const found = failed.map(({ tool, error }) => words(tool, error)).join(', ');
  const wanted = expected.map(({ tool, kind }) => words(tool, kind)).join(', ');
  return verdict(trace, departure < 0 && failed.length === expected.length, {
    missing:
      expected.length === 0
        ? `Expected no tool call to fail, but ${failed.length} did: ${found}.`
        : `Expected exactly these tool calls to fail, in this order: ${wanted}. But ${found === '' ? 'none did.' : `these did: ${found}.`}`,
    unwanted: 'Expected a tool call to fail, but none did.',
    marked: failed[departure] ?? runEnd(trace),
  });
}

function words(tool: string, kind: ToolErrorKind | undefined): string {
  return kind === undefined ? tool : `${tool} (${kind})`;
}
