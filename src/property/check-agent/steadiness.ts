import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Step } from '../../script/steps.ts';
import type { Play } from './script-player.ts';

/** A script and its run. */
export interface PlayedScript {
  readonly steps: readonly Step[];
  readonly run: ScenarioRun;
}

/** How an app behaves differently from before. */
export interface Unsteady {
  /** The end of the sentence "… was broken, but …". */
  readonly what: string;
  /** The first difference, in words; undefined if the traces are equal. */
  readonly difference: string | undefined;
}

/** How many of the first scripts are kept, to play them once more after a failure. */
export const mostControls = 20;

/**
 * Finds out whether an app behaves the same each time. The first script that makes calls and keeps all invariants is
 * played again at once. If the two runs differ, the app depends on chance, and a later difference would prove
 * nothing. If they are equal, the script is played once more after a failure. A difference then means that the app
 * keeps state between runs. So does a script that kept an invariant when the app was new, and breaks it after the
 * failure.
 */
export class Steadiness {
  /** The difference when a script was played twice in a row, in words; undefined if both plays were equal. */
  atOnce: string | undefined;
  readonly #play: Play;
  readonly #first: readonly PlayedScript[];
  #control: PlayedScript | undefined;

  /** `first` are scripts that were played before all others. */
  constructor(play: Play, first: readonly PlayedScript[]) {
    this.#play = play;
    this.#first = first;
  }

  /** Receives each run that kept all invariants. Plays the script of the first such run with tool calls again. */
  async note({ steps, run }: PlayedScript): Promise<void> {
    if (this.#control || this.atOnce !== undefined || run.trace.toolCalls.length === 0) return;
    this.atOnce = differenceInWords(run, await this.#play(steps));
    if (this.atOnce === undefined) this.#control = { steps, run };
  }

  /**
   * How the app has changed since the first runs, so that a failure now proves nothing; undefined if the app has not
   * changed. `holds` says whether a run keeps the invariant that the failure broke.
   */
  async byNow(holds: (run: ScenarioRun) => Promise<boolean>): Promise<Unsteady | undefined> {
    if (this.#control) {
      const { steps, run } = this.#control;
      const difference = differenceInWords(run, await this.#play(steps));
      if (difference !== undefined)
        return { what: 'a script that was played earlier now gives a different trace', difference };
    }
    for (const { steps, run } of this.#first) {
      if (!(await holds(run))) continue;
      const now = await this.#play(steps);
      if (!(await holds(now)))
        return {
          what: 'a script that kept it when the app was new now breaks it',
          difference: differenceInWords(run, now),
        };
    }
    return undefined;
  }
}

/** The first difference between two runs of one script, in words; undefined if they are equal. */
export function differenceInWords(before: ScenarioRun, now: ScenarioRun): string | undefined {
  const difference = before.trace.diff(now.trace);
  if (!difference) return undefined;
  const { index, path, text } = difference;
  const [, ...diff] = text.split('\n');
  const lines = diff.length <= mostLines ? diff : [...diff.slice(0, mostLines), '…'];
  const what = whatDiffers(before.trace.events[index], path);
  return what === undefined ? text : [`${what}:`, ...lines].join('\n');
}

const mostLines = 12;

function whatDiffers(
  event: ScenarioRun['trace']['events'][number] | undefined,
  path: string,
): string | undefined {
  if (event?.type === 'tool-result' && (path === 'content' || path === 'error'))
    return `The tool ${JSON.stringify(event.tool)} answered the same call differently`;
  if (event?.type === 'context-change') return 'The context variables were changed differently';
  if (event?.type === 'model-request' && path.startsWith('request.messages[0]'))
    return `The agent ${JSON.stringify(event.agent)} had different instructions`;
  if (event?.type === 'model-request' && path.startsWith('request.tools'))
    return `The agent ${JSON.stringify(event.agent)} offered different tools`;
  return undefined;
}
