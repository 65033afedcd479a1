import type { CompletionProvider } from '../engine/model/provider.ts';
import type { RecordedEvent } from '../engine/run/events.ts';
import type { ScriptPlayer } from '../script/script-player.ts';
import { scriptPlayerProvider } from '../script/scripted-provider.ts';
import { isUserStep } from '../script/step-kinds.ts';
import type { Step } from '../script/steps.ts';

/** The provider that answers in a scenario, and what the user says before each of its runs. */
export interface Talk {
  readonly provider: CompletionProvider;
  /** What the user says before the next run; empty if the script begins with the model. */
  next(): readonly string[];
  /** Whether the user has more to say. */
  readonly userIsNext: boolean;
  /** Whether the run since `next` was rejected because the model failed, so that the user may continue. */
  failedByModel(events: readonly RecordedEvent[]): boolean;
}

/** The user's messages and the model's answers both come from the script. */
export class ScriptedTalk implements Talk {
  readonly provider: CompletionProvider;
  readonly #player: ScriptPlayer;
  #position = 0;

  constructor(player: ScriptPlayer) {
    this.#player = player;
    this.provider = scriptPlayerProvider(player);
  }

  next(): readonly string[] {
    const said: string[] = [];
    for (let content = this.#player.takeUser(); content !== undefined; content = this.#player.takeUser()) {
      said.push(content);
    }
    this.#position = this.#player.position;
    return said;
  }

  get userIsNext(): boolean {
    return this.#player.userIsNext;
  }

  /** True if the run took a step, and the last step that it took has a fault. */
  failedByModel(): boolean {
    return this.#player.position > this.#position && this.#player.lastAnswerFails;
  }
}

/** The user's side comes from the script; another provider answers for the model. */
export class AnsweredTalk implements Talk {
  readonly provider: CompletionProvider;
  readonly #turns: (readonly string[])[];

  constructor(steps: readonly Step[], provider: CompletionProvider) {
    this.provider = provider;
    this.#turns = turnsOf(steps);
  }

  next(): readonly string[] {
    return this.#turns.shift() ?? [];
  }

  get userIsNext(): boolean {
    return this.#turns.length > 0;
  }

  failedByModel(events: readonly RecordedEvent[]): boolean {
    const last = events.findLast(({ type }) => type !== 'run-end');
    if (last?.type !== 'model-error') return false;
    const { name, status } = last.error;
    return status !== undefined || name.startsWith('APIConnection') || name === 'InvalidCompletionError';
  }
}

/**
 * What the user says before each run: the user steps between model steps, or each user step alone if the script has
 * no model steps.
 */
function turnsOf(steps: readonly Step[]): (readonly string[])[] {
  if (steps.every(isUserStep)) return steps.map(({ user }) => [user]);
  const turns: string[][] = [];
  let isOpen = false;
  for (const [index, step] of steps.entries()) {
    // A script that begins with the model starts with a run without user messages.
    if (!isOpen && (isUserStep(step) || index === 0)) turns.push([]);
    isOpen = isUserStep(step);
    if (isUserStep(step)) turns.at(-1)!.push(step.user);
  }
  return turns;
}
