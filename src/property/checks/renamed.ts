import type { Scenario, ScenarioRun } from '../../scenario/scenario.ts';
import { firstMismatch, show } from '../../scenario/equals.ts';
import type { Step } from '../../script/steps.ts';
import { LawBrokenError } from '../law.ts';
import { checkIsOurs, play } from './play.ts';

export async function renamedIdsRenameOnlyIds(scenario: Scenario): Promise<void> {
  checkIsOurs(scenario);
  const plain = await play({ ...scenario, steps: withIds(scenario.steps, (id) => id) });
  const renamed = await play({ ...scenario, steps: withIds(scenario.steps, (id) => `renamed-${id}`) });
  const found = firstMismatch(
    namesIn(plain, (id) => `renamed-${id}`),
    namesIn(renamed, (id) => id),
    false,
  );
  if (found)
    throw new LawBrokenError(
      'renamed-ids-rename-only-ids',
      `events${found.path} is ${show(found.expected)} with the ids as they were, and ${show(found.actual)} with others.`,
    );
}

/** Each call with an id of its own; calls that shared one go on sharing it. */
function withIds(steps: readonly Step[], rename: (id: string) => string): Step[] {
  let count = 0;
  return steps.map((step) => {
    if (typeof step === 'function' || 'user' in step || !step.calls) return step;
    const calls = step.calls.map((call) => ({ ...call, id: rename(call.id ?? `id-${++count}`) }));
    return { ...step, calls };
  });
}

/** The events with their ids renamed, wherever ids stand. */
function namesIn({ trace }: ScenarioRun, rename: (id: string) => string): unknown {
  const walk = (value: unknown, key: string): unknown => {
    if (typeof value === 'string') return idKeys.has(key) ? rename(value) : value;
    if (Array.isArray(value)) return value.map((item) => walk(item, key === 'tool_calls' ? key : ''));
    if (typeof value !== 'object' || value === null) return value;
    return Object.entries(value).map(([name, item]) => [
      name,
      walk(item, key === 'tool_calls' && name === 'id' ? 'tool_call_id' : name),
    ]);
  };
  return trace.events.map((event) =>
    event.type === 'run-start' ? { ...event, messages: walk(event.messages, '') } : walk(event, ''),
  );
}

const idKeys = new Set(['tool_call_id', 'toolCallId']);
