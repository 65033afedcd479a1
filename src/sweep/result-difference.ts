import { shorten } from '../engine/values/engine-errors.ts';
import { firstMismatch, show } from '../scenario/equals.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import { textOf } from '../trace/format.ts';
import type { Trace } from '../trace/trace.ts';
import { actedOnDamage } from './faulty-scripts.ts';

/** A play of a scenario, with the external agent's replies. */
export interface PlayedScenario {
  readonly run: ScenarioRun;
  /**
   * The values to which an external agent's `respond` resolved, one for each run; empty for agents of this engine.
   */
  readonly replies: readonly unknown[];
}

/**
 * Returns the first difference between two plays that matters to a user (in replies, outcome, agents, context or tool
 * calls), or undefined. It does not matter how often the model was asked, or which ids the calls have.
 */
export function differenceBetween(expected: PlayedScenario, actual: PlayedScenario): string | undefined {
  const [wanted, got] = [resultOf(expected), resultOf(actual)];
  if (actedOnDamage(actual.run.trace)) return 'a tool call of the damaged answer was executed';
  // If an external agent replies with text, the user sees that text and not the model's messages. A reply of another
  // type is ignored.
  const ignored = expected.replies.some((reply) => typeof reply === 'string') ? messageLabel : replyLabel;
  for (const label of new Set([...wanted.keys(), ...got.keys()])) {
    if (label.startsWith(ignored)) continue;
    const found = firstMismatch(wanted.get(label), got.get(label), false);
    if (found) {
      const place = found.path === '' ? label : `${label}, at ${found.path},`;
      return `${place} is ${words(found.actual)}, not ${words(found.expected)}`;
    }
  }
  return undefined;
}

const replyLabel = "the app's reply";
const messageLabel = 'the final message';

/** The parts of a result with their names for messages, the most important part first. */
function resultOf({ run: { trace, response }, replies }: PlayedScenario): Map<string, unknown> {
  return new Map<string, unknown>([
    ...numbered(replyLabel, replies),
    ...numbered(messageLabel, finalTexts(trace)),
    ['the outcome', trace.outcome],
    ['the list of agents', trace.agents],
    ['the context', response?.contextVariables],
    ['the list of tool calls', trace.toolCalls.map(({ tool, args, content }) => ({ tool, args, content }))],
  ]);
}

function numbered(label: string, values: readonly unknown[]): [string, unknown][] {
  return values.map((value, index) => [index === 0 ? label : `${label} in run ${index + 1}`, value]);
}

/** The last text of every run that has one. */
function finalTexts({ events }: Trace): string[] {
  const texts = new Map<number, string>();
  for (const event of events) {
    if (event.type !== 'model-response') continue;
    const { message } = event;
    const refusal = 'refusal' in message ? message.refusal : undefined;
    const text = textOf(message.content) || (refusal ?? '');
    if (text !== '') texts.set(event.run, text);
  }
  return [...texts.values()];
}

function words(value: unknown): string {
  return value === undefined ? 'missing' : shorten(show(value), 80);
}
