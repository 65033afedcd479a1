import { traceContext } from '../../engine/run/context.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { textOf } from '../../trace/format.ts';
import { runsOf, type TracedRun } from '../invariants/runs.ts';
import type { ExpectedConversation, ExpectedRun } from './reference-model.ts';

/** The first difference between a run and the reference model, as a sentence. */
export function differenceFrom(
  expected: ExpectedConversation,
  { trace, response }: ScenarioRun,
): string | undefined {
  const runs = runsOf(trace);
  for (const [index, wanted] of expected.runs.entries()) {
    const run = runs[index];
    if (!run) return `there should be ${expected.runs.length} runs, but there are ${runs.length}`;
    const seen = asExpected(run, wanted);
    const found = firstMismatch(wanted, seen, false);
    if (found)
      return `run ${run.number}: ${found.path} should be ${show(found.expected)}, but is ${show(found.actual)}`;
  }
  if (runs.length > expected.runs.length)
    return `there should be ${expected.runs.length} runs, but there are ${runs.length}`;
  const left =
    response &&
    firstMismatch(traceContext(expected.contextVariables), traceContext(response.contextVariables), false);
  return (
    left && `the context variable ${left.path} should be ${show(left.expected)}, but is ${show(left.actual)}`
  );
}

/**
 * A run of a trace in the form of the reference model. The content of failed calls is left out, because the reference
 * model does not have the words of the error texts.
 */
function asExpected({ turns, end }: TracedRun, { results: wanted }: ExpectedRun): ExpectedRun {
  return {
    requests: turns.map(({ request: { agent, request } }) => ({
      agent,
      system: textOf(request.messages[0]?.content),
      model: request.model,
      tools: (request.tools ?? []).map((definition) => definition.function.name),
      messages: request.messages.length,
    })),
    results: turns
      .flatMap(({ results }) => results)
      .map(({ tool, toolCallId: id, error, content }, index) => ({
        tool,
        id,
        ...(error && { error }),
        ...(!error || wanted[index]?.content !== undefined ? { content } : {}),
      })),
    texts: turns.flatMap(({ response }) => (response ? [textOf(response.message.content)] : [])),
    outcome: end?.outcome ?? 'failed',
    agent: end?.agent ?? '',
  };
}
