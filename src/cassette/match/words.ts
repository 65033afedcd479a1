import { relative, resolve, sep } from 'node:path';
import { shorten } from '../../engine/values/engine-errors.ts';
import { textOf } from '../../trace/format.ts';
import {
  CassetteMismatchError,
  CassetteMissError,
  CassetteUnusedError,
  type Drift,
} from '../cassette-errors.ts';
import { cassetteFolder } from '../format/read.ts';
import { fileName, isInside, shownPath } from '../../files/path.ts';
import { shellWord } from '../../files/shell-word.ts';
import type { InteractionRecord } from '../format/format.ts';
import type { Lane } from './lane.ts';
import type { RequestParts } from '../redact/request-parts.ts';
import type { TapeOrigin } from './tape.ts';

/** The parts that the error messages about one cassette share. */
export interface CassetteWords {
  /** The path, as messages show it. */
  readonly path: string;
  /** The shell command that records the cassette again, if it is known. */
  readonly command: string | undefined;
  /** The instructions for recording again: the command, or a sentence. */
  readonly again: string;
}

/** The place of an interaction: `fixtures/cassettes/refund.json, interaction 2 of conversation "ann"`. */
export function placeInTape({ path }: CassetteWords, lane: Lane, number: number, lanes: number): string {
  return `${path}, interaction ${number}${lanes > 1 || lane.conversation !== undefined ? ` of ${laneWords(lane)}` : ''}`;
}

/** A conversation as messages name it. */
export function laneWords({ conversation, number }: Lane): string {
  return conversation === undefined
    ? `conversation ${number}`
    : `conversation ${JSON.stringify(conversation)}`;
}

/** The numbers of lanes, for the fields of errors. */
export function numbersOf(lanes: readonly Lane[]): number[] {
  return lanes.map(({ number }) => number);
}

/** The fields of errors that identify a lane. */
export function fieldsOf({ number, conversation }: Lane): { lane: number; conversation: string | undefined } {
  return { lane: number, conversation };
}

/** The whole message of a mismatch. */
export function mismatchText(place: string, drift: readonly Drift[], again: string): string {
  return [
    `This request differs from the recorded one (${place}).`,
    ...drift.map(driftText),
    `("-" was recorded, "+" is new.) If the change is intended, record again: ${again}`,
  ].join('\n');
}

/**
 * The fields of an error that say where the mismatch is; empty if the mismatch does not belong to a single request.
 */
export type MismatchPlace = Pick<CassetteMismatchError, 'lane' | 'conversation' | 'interaction' | 'agent'>;

/** The error for a request that differs from the recording. */
export function mismatchError(
  { path: file, command, again }: CassetteWords,
  place: string,
  where: MismatchPlace,
  drift: readonly Drift[],
): CassetteMismatchError {
  return new CassetteMismatchError(mismatchText(place, drift, again), { file, ...where, drift, command });
}

/**
 * The error for a request without a recorded answer. `lane` is the recorded conversation that the request continues,
 * if there is one.
 */
export function missError(
  words: CassetteWords,
  { parts, conversation }: { parts: RequestParts; conversation: string | undefined },
  lane: Lane | undefined,
  lanes: readonly Lane[],
  { missAdvice, mode }: Pick<CassetteMissError, 'mode'> & { missAdvice?: string | undefined },
): CassetteMissError {
  const { path: file, command, again } = words;
  const request = { lastRole: parts.history.at(-1)?.role ?? 'system', conversation };
  const text = `${missText(words, request, lane, lanes)} ${missAdvice ?? `If that is intended, record again: ${again}`}`;
  const fields = { file, ...request, mode, command };
  return new CassetteMissError(
    text,
    lane
      ? { ...fields, problem: 'end', lane: lane.number, interaction: lane.position + 1 }
      : { ...fields, problem: 'no-conversation', lanes: numbersOf(lanes.filter((one) => one.upcoming)) },
  );
}

function missText(
  { path }: CassetteWords,
  { lastRole, conversation }: { lastRole: string; conversation: string | undefined },
  lane: Lane | undefined,
  lanes: readonly Lane[],
): string {
  const asked = `The model was asked to continue after a "${lastRole}" message`;
  if (lane) {
    const count = lane.interactions.length;
    return `${asked}, but the recording of ${laneWords(lane)} ends after ${count === 1 ? '1 interaction' : `${count} interactions`} (${path}).`;
  }
  const where =
    conversation === undefined ? 'a conversation' : `conversation ${JSON.stringify(conversation)}`;
  const left = lanes.filter((one) => one.upcoming);
  if (lanes.length > 0 && left.length === 0)
    return `${asked}, in ${where} that is not in ${path}: every recorded conversation was replayed to its end.`;
  const names = left.slice(0, 10).map(laneWords).join(', ');
  const more = left.length > 10 ? `, and ${left.length - 10} more` : '';
  const others = left.length === 0 ? '' : ` Recorded conversations with interactions left: ${names}${more}.`;
  return `${asked}, in ${where} that is not in ${path}.${others}`;
}

/** The error for interactions that were not requested. */
export function unusedError(
  words: CassetteWords,
  lanes: readonly Lane[],
  remaining: number,
): CassetteUnusedError {
  const { path: file, command } = words;
  const left = numbersOf(lanes.filter((lane) => lane.upcoming));
  const text = unusedText(words, lanes, remaining);
  return new CassetteUnusedError(text, { file, remaining, lanes: left, command });
}

function unusedText({ path, again }: CassetteWords, lanes: readonly Lane[], unused: number): string {
  const lines = lanes
    .filter((lane) => lane.upcoming)
    .map(
      (lane) =>
        `  ${laneWords(lane)}: from interaction ${lane.position + 1} of ${lane.interactions.length} on`,
    );
  return `${unused === 1 ? '1 interaction' : `${unused} interactions`} of ${path} ${unused === 1 ? 'was' : 'were'} recorded but not requested:\n${lines.join('\n')}\nIf that is intended, record again: ${again}`;
}

/** A drift as text, with its diff. */
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
        : `The result of the tool ${JSON.stringify(name)} changed, at message ${at}:`;
  }
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}

/** The beginnings of conversations, so that a reader can recognize them. */
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

/** The instructions for recording again: the command if it is known, otherwise a sentence. */
export function againWords(command: string | undefined): string {
  return (
    command ?? 'run the code that recorded it, with SWARMCHECK_RECORD=all if it uses a cassetteProvider.'
  );
}

/** The command that records the cassette at `path` again; undefined if its origin is not known. */
export function recordCommand({ scenario, test }: TapeOrigin, path: string): string | undefined {
  if (scenario) {
    const { file, name, model, stream } = scenario;
    const usual = resolve(cassetteFolder, `${fileName(name)}.json`);
    return [
      `npx swarmcheck record ${shellWord(file)} --filter ${shellWord(name)}`,
      ...(model === undefined ? [] : [`--model ${shellWord(model)}`]),
      ...(stream ? ['--stream'] : []),
      ...(path === usual ? [] : [`--out ${shellWord(shownPath(path))}`]),
    ].join(' ');
  }
  if (test) return testCommand(test.file, test.name);
  const running = runningTestFile();
  return running === undefined ? undefined : testCommand(running);
}

/**
 * The command that records the cassettes of a test, or of a test file. `name` consists of the names of the test and
 * its suites, joined by `joinedNames`.
 */
export function testCommand(file: string, name?: string): string {
  const chosen = name === undefined ? '' : ` -t ${shellWord(testPattern(name))}`;
  return `SWARMCHECK_RECORD=all npx vitest run ${shellWord(file)}${chosen}`;
}

/** The names of a test and the suites around it, as vitest 5 joins them, and as cassettes store them. */
export function joinedNames(names: readonly string[]): string {
  return names.join(' > ');
}

/**
 * The regular expression with which `vitest -t` selects only this test. vitest 4 joins the names by a space, and
 * vitest 5 by " > ". Control characters are escaped: a shell cannot pass all of them, and some change the output of a
 * terminal.
 */
function testPattern(name: string): string {
  const text = name
    .replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
    .replaceAll(' > ', '( >)? ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (found) =>
      // A character beyond U+FFFF consists of two units, and a pattern without the flag `u` matches each.
      found
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
    );
  // Anchored, so that tests whose names only contain this name do not run.
  return `^${text}$`;
}

/** What vitest's worker knows about the running test. */
interface VitestWorker {
  filepath?: unknown;
  config?: { root?: unknown; snapshotOptions?: { updateSnapshot?: unknown } };
}

/** The worker that runs this code; undefined outside vitest. */
export function vitestWorker(): VitestWorker | undefined {
  return (globalThis as Record<string, unknown>)['__vitest_worker__'] as VitestWorker | undefined;
}

function runningTestFile(): string | undefined {
  const { filepath, config } = vitestWorker() ?? {};
  if (typeof filepath !== 'string') return undefined;
  const root = typeof config?.root === 'string' ? config.root : process.cwd();
  return isInside(filepath, root) ? relative(root, filepath).replaceAll(sep, '/') : filepath;
}
