import { countOf } from '../../engine/values/count-of.ts';
import { shownPath } from '../../files/path.ts';
import type { ScenarioRun } from '../../scenario/scenario.ts';
import { whatHappened } from '../../scenario/assertions/verdict.ts';
import { stepsSource } from '../../script/source.ts';
import type { Step } from '../../script/steps.ts';
import type { Coverage } from '../coverage.ts';
import { neverSucceededWords } from '../coverage-words.ts';
import type { Surface } from '../surface.ts';
import type { Breach } from './held-invariants.ts';

/** The facts for a message about a broken invariant. */
export interface BrokenInvariant {
  readonly breach: Breach;
  /** The run that breaks the invariant. */
  readonly run: ScenarioRun;
  readonly steps: readonly Step[];
  readonly seed: number;
  readonly path: string;
  /** The file where the script is saved; undefined if it is not saved. */
  readonly file: string | undefined;
  /** The agent as module#export; undefined if the command line does not know it. */
  readonly exported: string | undefined;
}

/** The message for an invariant that was just broken. */
export function brokenWords(broken: BrokenInvariant, stepsBefore: number, notes: readonly string[]): string {
  const { file, steps, seed, path } = broken;
  const size = `${steps.length} of ${countOf(stepsBefore, 'step')}`;
  const place = file === undefined ? '' : `, saved to ${shownPath(file)}`;
  return [
    ...judgement('was broken', broken),
    `Smallest script (${size}${place}):`,
    ...scriptLines(steps),
    ...notes,
    'Again:',
    ...runLines(broken),
    broken.exported === undefined
      ? `  checkAgent(agent, { seed: ${seed}, path: '${path}' })`
      : `  ${checkCommand(broken.exported, `--seed ${seed} --path ${path}`)}`,
  ].join('\n');
}

/** The message for a saved failure that still fails. */
export function brokenAgainWords(broken: BrokenInvariant, file: string): string {
  return [
    ...judgement(`is still broken by the saved failure ${shownPath(file)}`, broken),
    `The script (${countOf(broken.steps.length, 'step')}):`,
    ...scriptLines(broken.steps),
    'Again:',
    ...runLines(broken),
    'Saved failures are played first. If the script may break this invariant from now on, remove the file.',
  ].join('\n');
}

/** The message for a flaky failure. */
export function flakyWords(
  { breach, run, steps, seed, exported }: BrokenInvariant,
  runs: number,
  { what, difference, isShared }: { what: string; difference: string | undefined; isShared: boolean },
): string {
  const advice = isShared
    ? 'Pass checkAgent a factory, () => …, that creates the agents with new state for each run'
    : 'Let the factory or the app start each run with new state';
  return [
    `The check is flaky. ${quoted(breach.invariant.name)} was broken in run ${runs}, but ${what}.`,
    ...(difference === undefined
      ? [
          'Both runs were the same, so the invariant itself depends on something other than the run: on chance, on time, or on its own state.',
        ]
      : [
          difference,
          `So the behavior depends on chance, on time, or on state from earlier runs. ${advice}, or replace the tools that cause this with stubs (the option "tools").`,
        ]),
    `What was wrong: ${breach.message}`,
    ...(breach.message.includes('What happened:') ? [] : [whatHappened(run.trace)]),
    `The script (${countOf(steps.length, 'step')}):`,
    ...scriptLines(steps),
    'Again, with all earlier runs:',
    exported === undefined
      ? `  checkAgent(agent, { seed: ${seed}, runs: ${runs} })`
      : `  ${checkCommand(exported, `--seed ${seed} --runs ${runs}`)}`,
  ].join('\n');
}

/** The message for things named in `sometimes` that never happened. */
export function neverWords(
  names: readonly string[],
  runs: number,
  surface: Surface,
  { tools: called }: Coverage,
): string {
  const lines = surface.agents.map(
    ({ name, tools }) => `  ${name}: ${tools.map((tool) => tool.name).join(', ') || 'no tools'}`,
  );
  return [
    `${names.map(quoted).join(', ')} never happened in ${countOf(runs, 'run')}, so the invariants that depend on it were not tested.`,
    `Raise runs (for example to ${runs * 5}), check that "features" does not switch off a feature that it needs, and check that its function returns true when it happens.`,
    ...neverSucceededWords(called, surface),
    'The agents and tools that the model could reach:',
    ...lines,
  ].join('\n');
}

function judgement(how: string, { breach, run }: BrokenInvariant): string[] {
  const { invariant, message } = breach;
  return [
    `${quoted(invariant.name)} ${how}: ${message}`,
    ...(message.includes('What happened:') ? [] : [whatHappened(run.trace)]),
  ];
}

function runLines({ file, exported = '<module>#<export>' }: BrokenInvariant): string[] {
  if (file === undefined) return [];
  return [`  ${runCommand(file, exported)}`];
}

/**
 * The command that shows a broken invariant again; undefined if the command line does not know the agent. A flaky
 * failure needs all the runs that led to it, and `flakyRuns` is their number.
 */
export function commandFor(
  { file, exported, seed, path }: Omit<BrokenInvariant, 'breach' | 'run' | 'steps'>,
  flakyRuns?: number,
): string | undefined {
  if (exported === undefined) return undefined;
  if (flakyRuns !== undefined) return checkCommand(exported, `--seed ${seed} --runs ${flakyRuns}`);
  return file === undefined
    ? checkCommand(exported, `--seed ${seed} --path ${path}`)
    : runCommand(file, exported);
}

function runCommand(file: string, exported: string): string {
  return `npx swarmcheck run ${shellWord(`${shownPath(file)}#${exported}`)}`;
}

function checkCommand(exported: string, options: string): string {
  return `npx swarmcheck check ${shellWord(exported)} ${options}`;
}

/** Quotes a word for a shell, if it needs quotes. */
function shellWord(word: string): string {
  const isPlain = /^[\p{L}\p{N}\w./#@-]+$/u.test(word);
  return isPlain ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** Limits on the script in a message. The saved file has the whole script. */
const mostLines = 30;
const longestLine = 300;

function scriptLines(steps: readonly Step[]): string[] {
  const lines = stepsSource(steps, '  ')
    .split('\n')
    .map((line) => (line.length <= longestLine ? line : `${line.slice(0, longestLine)}…`));
  if (lines.length <= mostLines) return lines;
  return [...lines.slice(0, mostLines - 1), `  … and ${lines.length - mostLines + 1} more`];
}

function quoted(name: string): string {
  return JSON.stringify(name);
}
