import { isProvider } from '../engine/model/valid-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { scriptedProvider } from '../script/scripted-provider.ts';
import type { Step } from '../script/steps.ts';
import { WireLog } from './exchange.ts';
import type { Served } from './respond.ts';

/** A provider as it is served to clients of others: as the API would, requests checked and tokens counted. */
export function servedApi(
  provider: CompletionProvider,
  onMistake: (error: unknown) => void,
): Served & { readonly log: WireLog } {
  return { provider, log: new WireLog(), onMistake, validatesRequests: true, fillsUsage: true };
}

/** A provider as it is, or one that plays these steps. Throws a ScriptMistakeError for steps that are none. */
export function asProvider(stepsOrProvider: readonly Step[] | CompletionProvider): CompletionProvider {
  return isProvider(stepsOrProvider) ? stepsOrProvider : scriptedProvider(stepsOrProvider);
}
