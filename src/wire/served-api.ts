import { isProvider } from '../engine/model/valid-provider.ts';
import type { CompletionProvider } from '../engine/model/provider.ts';
import { isExpectedMisfit } from '../script/misfits.ts';
import { isMisfit } from '../script/script-errors.ts';
import { scriptedProvider } from '../script/scripted-provider.ts';
import type { Step } from '../script/steps.ts';
import { WireLog } from './exchange.ts';
import type { Served } from './respond.ts';

/**
 * A provider that is served to any client as the API would be: requests are validated, and scripted answers without
 * usage are sent with counts of 0.
 */
export function servedApi(
  provider: CompletionProvider,
  onMistake: (error: unknown) => void,
): Served & { readonly log: WireLog } {
  return { provider, log: new WireLog(), onMistake, validatesRequests: true, fillsUsage: true };
}

/**
 * Returns a provider unchanged, or makes one that plays the steps. Throws a ScriptMistakeError for malformed steps.
 */
export function asProvider(stepsOrProvider: readonly Step[] | CompletionProvider): CompletionProvider {
  return isProvider(stepsOrProvider) ? stepsOrProvider : scriptedProvider(stepsOrProvider);
}

/**
 * Throws the first mistake that happened while a provider was served, or what its `assertComplete` throws. A script
 * counts the requests that did not fit, so it is asked before such a mistake is thrown. A mistake that the test took
 * from the provider is not thrown.
 */
export function assertServedWell(
  mistake: { readonly error: unknown } | undefined,
  provider: CompletionProvider & { assertComplete?: () => void },
): void {
  const reported = mistake && !isExpectedMisfit(mistake.error) ? mistake : undefined;
  if (reported && !isMisfit(reported.error)) throw reported.error;
  provider.assertComplete?.();
  if (reported) throw reported.error;
}
