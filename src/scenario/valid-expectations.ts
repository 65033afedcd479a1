import { isPlainObject } from '../engine/values/copy.ts';
import { UsageError } from '../engine/values/engine-errors.ts';
import { fact, sentence } from '../engine/values/error-facts.ts';
import { suggested } from '../engine/values/did-you-mean.ts';
import { errorKinds } from './assertions/tool-calls.ts';
import { isAsymmetric } from './equals.ts';
import { assertValidFields, isText, mustBe, nameHint, namesRule, type Rule, type Rules } from './rules.ts';
import type { Expectations } from './scenario.ts';
import { readTrajectory, trajectoryRule } from './trajectory.ts';

const errorRules: Rules<'name' | 'message'> = { name: ['a string', isText], message: ['a string', isText] };

const stopReasons = ['completed', 'max_turns', 'interrupted'];

/** A list that is empty checks nothing. */
function listRule(words: string): Rule {
  return [
    `${words}, with at least one item`,
    (value) => Array.isArray(value) && value.length > 0,
    (given) => (isPlainObject(given) ? ' Write [{ … }].' : ''),
  ];
}

const toolRule: Rule = ["a tool's name", isText, nameHint];
const textRule: Rule = ['a string', isText];
const kindRule: Rule = [
  `one of ${errorKinds.join(', ')}`,
  (value) => (errorKinds as readonly unknown[]).includes(value),
  (given) => (isText(given) ? suggested(given, errorKinds) : ''),
];
const failedRules: Rules<'tool' | 'kind'> = { tool: toolRule, kind: kindRule };
const recoveredRules: Rules<'tool' | 'kind' | 'content'> = { ...failedRules, content: textRule };
const resultRules: Rules<'tool' | 'content' | 'contentContains'> = {
  tool: toolRule,
  content: ['a value that JSON can hold', (value) => isJson(value)],
  contentContains: textRule,
};
const seenRules: Rules<'agent' | 'instructions' | 'tools' | 'message'> = {
  agent: ["an agent's name", isText, nameHint],
  instructions: textRule,
  tools: namesRule("a list of tools' names"),
  message: textRule,
};

/** Whether a value is plain JSON. An asymmetric matcher may take the place of any part. */
function isJson(value: unknown, inside: readonly unknown[] = []): boolean {
  if (isAsymmetric(value) || value === null || value === undefined) return true;
  if (inside.includes(value)) return false;
  const within = [...inside, value];
  if (Array.isArray(value)) return value.every((item) => item !== undefined && isJson(item, within));
  if (isPlainObject(value)) return Object.values(value).every((item) => isJson(item, within));
  return typeof value === 'number' ? Number.isFinite(value) : ['string', 'boolean'].includes(typeof value);
}

const expectationRules: Rules<keyof Expectations> = {
  toolCalls: trajectoryRule,
  toolErrors: [
    '"none", or a list of { tool, kind }',
    (value) => value === 'none' || Array.isArray(value),
    (given) => (isPlainObject(given) ? ' Write [{ … }].' : ''),
  ],
  recovered: ['an object with a tool, a kind of error, a part of the answer, or {}', isPlainObject],
  toolResults: listRule('a list of { tool, content } or { tool, contentContains }'),
  seen: listRule('a list of { agent, instructions, tools, message }'),
  agents: namesRule("a list of agents' names"),
  stopReason: [
    `one of ${stopReasons.join(', ')} (for a rejected run, use "error")`,
    (value) => stopReasons.includes(value as string),
  ],
  error: ['an object with the name of the error, a part of its message, or both', isPlainObject],
  contextVariables: ['an object', isPlainObject],
  finalMessage: ['a string', isText],
};

/** Throws a TypeError for expectations that are malformed. `which` names the scenario, to begin a message. */
export function assertValidExpectations(expect: object, which: string): void {
  assertValidFields(expect, expectationRules, `${which}, in "expect",`);
  const { toolCalls, toolErrors, recovered, toolResults, seen, error, contextVariables } =
    expect as Expectations;
  if (error !== undefined) assertValidFields(error, errorRules, `${which}, in "expect.error",`);
  if (recovered !== undefined)
    assertValidFields(recovered, recoveredRules, `${which}, in "expect.recovered",`);
  for (const [item, place] of itemsOf(toolErrors === 'none' ? [] : toolErrors, 'toolErrors', which)) {
    assertValidFields(item, failedRules, place);
    assertField(item, ['tool'], place);
  }
  for (const [item, place] of itemsOf(toolResults, 'toolResults', which)) {
    assertValidFields(item, resultRules, place);
    assertField(item, ['tool'], place);
    assertField(item, ['content', 'contentContains'], place);
  }
  for (const [item, place] of itemsOf(seen, 'seen', which)) {
    assertValidFields(item, seenRules, place);
    assertField(item, ['agent', 'instructions', 'tools', 'message'], place, 'at least');
  }
  if (toolCalls !== undefined) readTrajectory(toolCalls, `the toolCalls of ${lower(which)}`);
  if (contextVariables !== undefined && Object.keys(contextVariables).length === 0) {
    throw new UsageError(
      sentence`${{ where: which }}, in "expect", has an empty "${{ field: 'contextVariables' }}", which checks nothing. Name the variables, or remove the field.`,
    );
  }
}

/** The items of a list with their places, to begin a message. Throws for an item that is not an object. */
function itemsOf(
  list: readonly object[] = [],
  field: string,
  which: string,
): [item: object, place: string][] {
  return list.map((item: unknown, index) => {
    const place = `expect.${field}[${index}]`;
    if (!isPlainObject(item)) throw mustBe(`${which}, in "${place}",`, ['an object', isPlainObject], item);
    return [item, `${which}, in "${place}",`];
  });
}

/** Throws unless the item has exactly one of the fields, or at least one. */
function assertField(
  item: object,
  fields: readonly string[],
  place: string,
  count: 'one' | 'at least' = 'one',
): void {
  const given = fields.filter((field) => (item as Record<string, unknown>)[field] !== undefined);
  if (given.length === 1 || (count === 'at least' && given.length > 1)) return;
  const words = fields
    .map((field) => `"${field}"`)
    .join(', ')
    .replace(/, (?="[a-zA-Z]+"$)/, ' or ');
  throw new UsageError(
    given.length > 1
      ? sentence`${{ where: place }} must have ${{ expected: `either ${words}` }}, but has both.`
      : sentence`${{ where: place }} has no ${fact({ field: fields[0]! }, words)}.${count === 'at least' ? ' It must have at least one of them.' : ''}`,
  );
}

/** In lower case, for use within a sentence. */
export function lower(which: string): string {
  return which.replace('The', 'the');
}
