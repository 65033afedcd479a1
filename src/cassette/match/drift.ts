import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'safe-stable-stringify';
import { lineDiff } from '../../trace/difference.ts';
import type { Drift } from '../cassette-errors.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { comparableText, messageText, type Entry, type History } from './history.ts';
import { toolName, type RequestParts, settingsOf, type Settings } from '../redact/request-parts.ts';

/** The differences between the recorded and the current settings of a request. `agent` makes the request now. */
export function settingsDrift(recorded: Settings, now: Settings, agent: string): Drift[] {
  return [
    ...modelDrift(recorded, now),
    ...instructionsDrift(recorded, now, agent),
    ...toolsDrift(recorded.tools, now.tools),
    ...parametersDrift(recorded.parameters, now.parameters),
  ];
}

function modelDrift(recorded: Settings, now: Settings): Drift[] {
  return recorded.model === now.model ? [] : [{ part: 'model', diff: lineDiff(recorded.model, now.model) }];
}

const none = '(no instructions)';

function instructionsDrift(recorded: Settings, now: Settings, name: string): Drift[] {
  const [before, after] = [recorded, now].map(({ instructions }) =>
    instructions === undefined ? undefined : comparableText(instructions),
  );
  if (before !== after)
    return [
      { part: 'instructions', name, diff: lineDiff(recorded.instructions ?? none, now.instructions ?? none) },
    ];
  if (recorded.role === now.role || before === undefined) return [];
  return [
    { part: 'instructions', name, diff: lineDiff(`sent as "${recorded.role}"`, `sent as "${now.role}"`) },
  ];
}

function toolsDrift(recorded: readonly object[], now: readonly object[]): Drift[] {
  const [before, after] = [recorded, now].map(
    (tools) => new Map(tools.map((tool) => [toolName(tool), tool])),
  ) as [Map<string, object>, Map<string, object>];
  const drift: Drift[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [left, right] = [before.get(name), after.get(name)];
    if (!isSameJson(left, right)) drift.push({ part: 'tools', name, diff: toolDiff(left, right) });
  }
  const [order, orderNow] = [recorded, now].map((tools) => tools.map(toolName).join('\n')) as [
    string,
    string,
  ];
  return drift.length > 0 || order === orderNow
    ? drift
    : [{ part: 'tools', diff: lineDiff(order, orderNow) }];
}

function toolDiff(left: object | undefined, right: object | undefined): string {
  return lineDiff(definitionText(left), definitionText(right));
}

/** The definition of a tool as its author sees it. */
function definitionText(tool: object | undefined): string {
  if (!tool) return '(not offered)';
  const { function: called, ...others } = tool as { function?: object };
  return sortedJson(called ?? others);
}

function parametersDrift(recorded: Settings['parameters'], now: Settings['parameters']): Drift[] {
  const names = new Set([...Object.keys(recorded), ...Object.keys(now)]);
  return [...names].flatMap((name): Drift[] => {
    const [left, right] = [valueOf(recorded, name), valueOf(now, name)];
    if (isSameJson(left, right)) return [];
    return [{ part: 'parameters', name, diff: lineDiff(parameterText(left), parameterText(right)) }];
  });
}

function parameterText(value: unknown): string {
  return value === undefined ? '(not sent)' : typeof value === 'string' ? value : sortedJson(value);
}

function valueOf(parameters: Settings['parameters'], name: string): unknown {
  return Object.hasOwn(parameters, name) ? parameters[name] : undefined;
}

/**
 * The first message in which two histories differ. `known` is the number of messages that are known to be equal, and
 * `start` is the index of the first history message in the request.
 */
export function historyDrift(
  told: History,
  shown: History,
  known: number,
  start: number,
): (Drift & { at: number }) | undefined {
  const index = told.commonStart(shown, known);
  if (index >= told.entries.length && index >= shown.entries.length) return undefined;
  return { part: 'history', at: index + start, diff: entryDiff(told.entries[index], shown.entries[index]) };
}

/**
 * Returns the diff of the readable texts of two entries. If these are equal, returns the diff of the stored forms,
 * or, if these are equal, too, of the `comparable` forms.
 */
function entryDiff(left: Entry | undefined, right: Entry | undefined): string {
  const views = [
    (entry: Entry | undefined) => messageText(entry?.record),
    (entry: Entry | undefined) => sortedJson(entry?.record),
    (entry: Entry | undefined) => entry?.comparable ?? '',
  ];
  const view = views.find((one) => one(left) !== one(right)) ?? views[0]!;
  return lineDiff(view(left), view(right));
}

/** The order of fields does not matter. */
function isSameJson(left: unknown, right: unknown): boolean {
  return isDeepStrictEqual(left, right) || stringify(left) === stringify(right);
}

function sortedJson(value: unknown): string {
  return stringify(value, undefined, 2) ?? 'undefined';
}

/** Whether a request has exactly these settings, whatever the placeholders of its secrets are. */
export function sameSettingsAs(recorded: Settings, parts: RequestParts, redactor: Redactor): boolean {
  return settingsDrift(recorded, settingsOf(parts, redactor, new LaneSecrets(), recorded), '').length === 0;
}

/** Identifies a drift that has been reported. */
export function driftKey({ part, name, diff }: Drift): string {
  return JSON.stringify([part, name, diff]);
}
