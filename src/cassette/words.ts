import { relative, resolve, sep } from 'node:path';
import { shorten } from '../engine/data/errors.ts';
import { textOf } from '../trace/format.ts';
import type { Drift } from './errors.ts';
import { cassetteFolder, fileName, isInside, shownPath } from './file/path.ts';
import type { InteractionRecord } from './file/format.ts';
import type { Lane } from './lanes/lane.ts';
import type { TapeOrigin } from './lanes/tape.ts';

/** What the errors of one cassette have in common. */
export interface CassetteWords {
  /** Where it is, as people write it. */
  readonly path: string;
  /** The sentence that says how to record it again. */
  readonly again: string;
}

/** Where an interaction stands: `fixtures/cassettes/refund.json, interaction 2 of conversation "ann"`. */
export function placeOf({ path }: CassetteWords, lane: Lane, number: number, lanes: number): string {
  return `${path}, interaction ${number}${lanes > 1 || lane.conversation !== undefined ? ` of ${laneWords(lane)}` : ''}`;
}

/** A conversation as messages name it. */
export function laneWords({ conversation, number }: Lane): string {
  return conversation === undefined
    ? `conversation ${number}`
    : `conversation ${JSON.stringify(conversation)}`;
}

/** All that a mismatch says. */
export function mismatchText(place: string, drift: readonly Drift[], again: string): string {
  return [
    `This request is not the one that was recorded (${place}).`,
    ...drift.map(driftText),
    `("-" as recorded, "+" as it is now.) If the change is meant, record again: ${again}`,
  ].join('\n');
}

/** That a request has no answer; `lane` is the conversation that it goes on with, where it was recorded. */
export function missText(
  { path }: CassetteWords,
  { role = 'system', conversation }: { role: string | undefined; conversation: string | undefined },
  lane: Lane | undefined,
  lanes: readonly Lane[],
): string {
  const asked = `The model was asked to go on after a "${role}" message`;
  if (lane) {
    const count = lane.interactions.length;
    return `${asked}, but the recording of ${laneWords(lane)} ends after ${count === 1 ? '1 interaction' : `${count} interactions`} (${path}).`;
  }
  const where =
    conversation === undefined ? 'a conversation' : `conversation ${JSON.stringify(conversation)}`;
  const left = lanes.filter((one) => one.upcoming);
  if (lanes.length > 0 && left.length === 0)
    return `${asked}, in ${where} that ${path} does not have: all that were recorded have been played.`;
  const names = left.slice(0, 10).map(laneWords).join(', ');
  const more = left.length > 10 ? `, and ${left.length - 10} more` : '';
  const others = left.length === 0 ? '' : ` Not played to their end are: ${names}${more}.`;
  return `${asked}, in ${where} that ${path} does not have.${others}`;
}

/** What nobody asked for. */
export function unusedText({ path, again }: CassetteWords, lanes: readonly Lane[], unused: number): string {
  const lines = lanes
    .filter((lane) => lane.upcoming)
    .map(
      (lane) =>
        `  ${laneWords(lane)}: from interaction ${lane.position + 1} of ${lane.interactions.length} on`,
    );
  return `${unused === 1 ? '1 interaction' : `${unused} interactions`} of ${path} ${unused === 1 ? 'was' : 'were'} recorded, and not asked for any more:\n${lines.join('\n')}\nIf that is meant, record again: ${again}`;
}

/** What changed, with its diff. */
export function driftText(drift: Drift): string {
  return `${driftHead(drift)}\n${indented(drift.diff)}`;
}

function driftHead({ part, name, at }: Drift): string {
  switch (part) {
    case 'model':
      return 'The model changed:';
    case 'instructions':
      return `The instructions of agent ${JSON.stringify(name)} changed:`;
    case 'tools':
      return name === undefined
        ? 'The order of the tools changed:'
        : `The tool ${JSON.stringify(name)} changed:`;
    case 'parameters':
      return `The parameter ${JSON.stringify(name)} changed:`;
    case 'history':
      return name === undefined
        ? `The history differs at message ${at}:`
        : `The tool ${JSON.stringify(name)} answers otherwise, at message ${at}:`;
  }
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

/** How conversations began, for whoever looks for one. */
export function openingsText(lanes: readonly Lane[]): string {
  const lines = lanes
    .slice(0, 10)
    .map((lane) => `  ${laneWords(lane)}: ${openingText(lane.interactions[0])}`);
  if (lanes.length > 10) lines.push(`  … and ${lanes.length - 10} more`);
  return lines.join('\n');
}

function openingText(interaction: InteractionRecord | undefined): string {
  const last = interaction?.request.new?.at(-1);
  const content = last?.['content'];
  const text = Array.isArray(content) && typeof content[0] === 'string' ? content.join(' ') : textOf(content);
  return last ? `${String(last['role'])} ${JSON.stringify(shorten(text, 80))}` : 'nothing';
}

/** How to record again, by what recorded it; `path` is where. */
export function againWords({ scenario, test }: TapeOrigin, path: string): string {
  if (scenario) {
    const { file, name, model, stream } = scenario;
    const usual = resolve(cassetteFolder, `${fileName(name)}.json`);
    return [
      `npx swarmcheck record ${quoted(file)} --filter ${quoted(name)}`,
      ...(model === undefined ? [] : [`--model ${quoted(model)}`]),
      ...(stream ? ['--stream'] : []),
      ...(path === usual ? [] : [`--out ${quoted(shownPath(path))}`]),
    ].join(' ');
  }
  if (test) return testCommand(test.file, test.name);
  const running = runningTestFile();
  return running === undefined
    ? 'run what recorded it once more, with SWARMCHECK_RECORD=all where it uses a cassetteProvider.'
    : testCommand(running);
}

/** The command that records the cassettes of a test, or of a file of tests. */
export function testCommand(file: string, name?: string): string {
  // vitest takes it for a pattern.
  const pattern = name?.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  // Not the tests whose names only begin so.
  return `SWARMCHECK_RECORD=all npx vitest run ${quoted(file)}${pattern === undefined ? '' : ` -t ${quoted(`^${pattern}$`)}`}`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w./@:=-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** What vitest's worker is told of the test that runs in it. */
interface VitestWorker {
  filepath?: unknown;
  config?: { root?: unknown; snapshotOptions?: { updateSnapshot?: unknown } };
}

/** Undefined where no vitest runs this. */
export function vitestWorker(): VitestWorker | undefined {
  return (globalThis as Record<string, unknown>)['__vitest_worker__'] as VitestWorker | undefined;
}

function runningTestFile(): string | undefined {
  const { filepath, config } = vitestWorker() ?? {};
  if (typeof filepath !== 'string') return undefined;
  const root = typeof config?.root === 'string' ? config.root : process.cwd();
  return isInside(filepath, root) ? relative(root, filepath).replaceAll(sep, '/') : filepath;
}
