import { failsItsRun } from '../../script/step-kinds.ts';
import { parseArguments } from '../../engine/tools/arguments.ts';
import { faultKinds, type Fault } from '../../script/faults.ts';
import type { ModelStep, Step, ToolCallStep } from '../../script/steps.ts';
import type { Surface } from '../surface.ts';
import { scriptFeatures, type ScriptFeature } from './features.ts';
import { mapOf, type AgentMap, type MappedTool } from './map.ts';
import { hugeLength } from './texts.ts';

/**
 * The features of a script, for statistics, and to assert that the features are frequent enough. Steps given as
 * functions are skipped. Nothing is played: the active agent is derived from the surface.
 */
export function scriptFeaturesIn(steps: readonly Step[], surface: Surface): ScriptFeature[] {
  const found = new FoundFeatures(mapOf(surface));
  for (const step of steps) {
    if (typeof step === 'function') continue;
    if ('user' in step) found.addUser(step.user);
    else found.addAnswer(step);
  }
  return (Object.keys(scriptFeatures) as ScriptFeature[]).filter((feature) => found.features.has(feature));
}

class FoundFeatures {
  readonly features = new Set<ScriptFeature>();
  readonly #map: AgentMap;
  readonly #ids = new Set<string>();
  #active = 0;
  /** The agent that was active when the run began. */
  #first = 0;
  #users = 0;
  #calls = 0;

  constructor(map: AgentMap) {
    this.#map = map;
  }

  addUser(text: string): void {
    if (++this.#users > 1) this.features.add('several-users');
    this.#addText(text);
    this.#first = this.#active;
  }

  addAnswer(step: ModelStep): void {
    const { say, refusal, calls = [], fault, finishReason } = step;
    if (say !== undefined) this.#addText(say);
    if (refusal !== undefined) this.#addText(refusal);
    if (refusal !== undefined) this.features.add('refusal');
    if (calls.length > 1) this.features.add('parallel-calls');
    const before = this.#calls;
    const offered = this.#map.tools[this.#active];
    for (const [index, call] of calls.entries()) {
      // The number in a default id counts all calls, including calls with an id of their own, as when the script is
      // played.
      const id = call.id ?? `call_${before + index + 1}`;
      if (this.#ids.has(id)) this.features.add('duplicate-ids');
      this.#ids.add(id);
      this.#addCall(call, offered?.get(call.tool), fault);
    }
    this.#calls += calls.length;
    if (fault) this.features.add(isRequestFailure(fault) ? 'provider-error' : 'cut-stream');
    else if (finishReason === 'length') this.features.add('cut-stream');
    if (failsItsRun(step)) this.#active = this.#first;
  }

  #addCall({ args, rawArgs }: ToolCallStep, tool: MappedTool | undefined, fault: Fault | undefined): void {
    const parsed = rawArgs === undefined ? { args: args ?? {} } : parseArguments(rawArgs);
    const isObject = 'args' in parsed;
    if (!isObject) this.features.add('bad-json');
    // Arguments that are not a JSON object do not count as "unicode".
    if (isObject && beyondAscii.test(rawArgs ?? JSON.stringify(args ?? {}))) this.features.add('unicode');
    if (!tool) {
      this.features.add('unknown-tool');
    } else if (isObject && !tool.arguments.isValid(parsed.args)) {
      this.features.add('invalid-args');
    } else if (isObject && tool.handsOffTo !== undefined) {
      this.features.add('handoffs');
      if (!fault) this.#active = tool.handsOffTo;
    }
  }

  #addText(text: string): void {
    if (text === '') this.features.add('empty-content');
    if (text.length >= hugeLength) this.features.add('huge-content');
    if (beyondAscii.test(text)) this.features.add('unicode');
  }
}

const beyondAscii = /\P{ASCII}/u;

function isRequestFailure({ kind }: Fault): boolean {
  return faultKinds[kind].failsRequest;
}
