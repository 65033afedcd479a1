import { folded, chunksOf } from '../format/stream-record.ts';
import type { InteractionRecord, MessageRecord } from '../format/format.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import { answerMessage } from './messages.ts';

/** Made once for each: a stream has to be folded. */
const answers = new WeakMap<InteractionRecord, MessageRecord | undefined>();

/** The message that the answer of an interaction is in later requests, as it is stored; undefined where no usable answer came. */
export function answerOf(interaction: InteractionRecord): MessageRecord | undefined {
  // Still under way, or over without one.
  if (interaction.completion === undefined && !interaction.stream) return undefined;
  if (!answers.has(interaction)) answers.set(interaction, readAnswer(interaction));
  return answers.get(interaction);
}

/** For records that are read as they are stored. */
const noSecrets = new LaneSecrets();

function readAnswer({ completion, stream }: InteractionRecord): MessageRecord | undefined {
  if (!stream) return answerMessage(completion);
  if (stream.cut) return undefined;
  try {
    return answerMessage(folded(chunksOf(stream, noSecrets).map(({ chunk }) => chunk)));
  } catch {
    // Damaged on its way: nobody could go on from it.
    return undefined;
  }
}
