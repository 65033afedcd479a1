import type { ScenarioRun } from '../../scenario/scenario.ts';
import type { Step } from '../../script/steps.ts';
import type { Play } from './script-player.ts';

/** A script that was played, and what came of it. */
export interface PlayedScript {
  readonly steps: readonly Step[];
  readonly run: ScenarioRun;
}

/** Why an app does not do the same any more. */
export interface Unsteady {
  /** The end of the sentence "… was broken, but …". */
  readonly what: string;
  /** The first thing that differs, in words. */
  readonly difference: string | undefined;
}

/** So many of the first scripts are worth keeping: they are played once more. */
export const mostControls = 20;

/**
 * Whether an app does the same each time. The first script with calls that kept all invariants is played twice in a row, and once more
 * in the end: what differs at once depends on chance, and says nothing of what differs in the end; what differs in the end only
 * was kept from run to run. So was what lets a script break an invariant that it kept when the app was new.
 */
export class Steadiness {
  /** In words, what differed when a script was played twice in a row; undefined where nothing did. */
  atOnce: string | undefined;
  readonly #play: Play;
  readonly #first: readonly PlayedScript[];
  #control: PlayedScript | undefined;

  /** `first` are scripts that were played before all others. */
  constructor(play: Play, first: readonly PlayedScript[]) {
    this.#play = play;
    this.#first = first;
  }

  /** Takes in a run that kept all invariants. */
  async note({ steps, run }: PlayedScript): Promise<void> {
    if (this.#control || this.atOnce !== undefined || run.trace.toolCalls.length === 0) return;
    this.atOnce = differenceInWords(run, await this.#play(steps));
    if (this.atOnce === undefined) this.#control = { steps, run };
  }

  /** Why what is found by now says nothing; undefined where it does. `holds` says whether a run keeps the invariant in question. */
  async byNow(holds: (run: ScenarioRun) => Promise<boolean>): Promise<Unsteady | undefined> {
    if (this.#control) {
      const { steps, run } = this.#control;
      const difference = differenceInWords(run, await this.#play(steps));
      if (difference !== undefined)
        return { what: 'by then a script that had been played before went another way', difference };
    }
    for (const { steps, run } of this.#first) {
      if (!(await holds(run))) continue;
      const now = await this.#play(steps);
      if (!(await holds(now)))
        return {
          what: 'by then a script broke it that had kept it when the app was new',
          difference: differenceInWords(run, now),
        };
    }
    return undefined;
  }
}

/** The first thing in which two runs of one script differ, in words; undefined where they do not. */
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
    return `The agent ${JSON.stringify(event.agent)} had other instructions`;
  if (event?.type === 'model-request' && path.startsWith('request.tools'))
    return `The agent ${JSON.stringify(event.agent)} offered other tools`;
  return undefined;
}
