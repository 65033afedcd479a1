import { isFixed } from '../scenario/repeats-script.ts';
import type { ScenarioRun } from '../scenario/scenario.ts';
import type { Verdict } from '../scenario/assertions/verdict.ts';
import { currentPlace, type CurrentTest, type NotedAssertion } from './current-test.ts';
import { matchers } from './matchers.ts';

type Matcher = (received: unknown, ...args: any[]) => Verdict;

/** The matchers. Each also notes whether its assertion only repeats the script of the test. */
export function notingMatchers(): Record<string, Matcher> {
  const entries = Object.entries<Matcher>(matchers).map(([name, matcher]): [string, Matcher] => [
    name,
    (received, ...args) => {
      const test = currentPlace()?.test;
      test?.assertions.push(kindOf(name, args[0], received, test));
      return matcher(received, ...args);
    },
  ]);
  return Object.fromEntries(entries);
}

/**
 * Whether all assertions of a test only repeat its script, and some repeat its calls. `count` is the number of all
 * assertions.
 */
export function onlyRepeatsScript({ assertions }: CurrentTest, count: number): boolean {
  return assertions.length === count && !assertions.includes('news') && assertions.includes('calls');
}

/** The warning for a test that only repeats its script. */
export const repeatedScriptWarning =
  'This test asserts only that the calls of its script were made. That is true whenever the script fits, whatever the agents do. ' +
  'Assert what the calls caused: toHaveToolResult, toHaveContextVariables, toHaveHandoffOrder, toHaveSeen, toHaveRecoveredFrom. ' +
  '(To turn this warning off, set SWARMCHECK_WARNINGS=off, or use test.extend({ warnings: false }) for some tests.)';

function kindOf(name: string, argument: unknown, received: unknown, test: CurrentTest): NotedAssertion {
  if (!isScripted(received, test)) return 'news';
  if (name === 'toHaveCalledTool' || name === 'toHaveToolCalls') return 'calls';
  return name === 'toHaveStoppedBecause' && argument === 'completed' ? 'end' : 'news';
}

/** Whether the run under test has a script that does not depend on what the model was shown. */
function isScripted(received: unknown, { scripts }: CurrentTest): boolean {
  const steps = (received as Partial<ScenarioRun> | undefined)?.scenario?.steps;
  return steps ? isFixed(steps) : scripts.length > 0 && scripts.every(isFixed);
}
