import type { Prompter } from '../../chat/session.ts';
import type { CompletionProvider } from '../../engine/model/provider.ts';
import { assertValidSteps } from '../../script/valid-steps.ts';
import { ScriptPlayer } from '../../script/script-player.ts';
import { scriptPlayerProvider } from '../../script/scripted-provider.ts';
import type { Step } from '../../script/steps.ts';

/** A script in place of a model. It answers every message, and suggests its next user steps as the next message. */
export class ScriptPrompter implements Prompter {
  readonly provider: CompletionProvider;
  readonly #player: ScriptPlayer;
  #suggestion: string | undefined;
  /** The position in the script where the suggestion begins. */
  #from = 0;

  constructor(steps: readonly Step[]) {
    assertValidSteps(steps);
    this.#player = new ScriptPlayer(steps);
    this.provider = scriptPlayerProvider(this.#player);
  }

  get suggestion(): string | undefined {
    const said: string[] = [];
    if (this.#suggestion === undefined) this.#from = this.#player.position;
    for (let next = this.#player.takeUser(); next !== undefined; next = this.#player.takeUser())
      said.push(next);
    if (said.length > 0) this.#suggestion = said.join('\n');
    return this.#suggestion;
  }

  get over(): string | undefined {
    return this.#player.remaining === 0
      ? 'The script has no more answers. /save saves the conversation, /exit leaves.'
      : undefined;
  }

  /** The error of the first request that the script did not fit. The chat has shown it, and has gone on. */
  get misfit(): Error | undefined {
    return this.#player.misfits.first;
  }

  answered(wasStopped: boolean): void {
    this.#suggestion = undefined;
    // The conversation goes back to where it was before the message, and so does the script.
    if (wasStopped) this.#player.returnTo(this.#from);
    // Steps that the run did not use are skipped, so that they do not answer the next message.
    else this.#player.skipToUser();
  }
}
