import { copyData } from '../../engine/values/copy.ts';
import { parseArguments } from '../../engine/tools/arguments.ts';
import { chunkCount } from '../../script/answers.ts';
import type { Fault } from '../../script/faults.ts';
import type { ModelStep, Step, ToolCallStep } from '../../script/steps.ts';
import type { FeatureGate } from './features.ts';
import type { AgentMap, MappedTool } from './map.ts';
import { plainAnswer, plainUser, type CallPart, type EndPart, type RunPart, type TurnPart } from './parts.ts';
import { gated } from './texts.ts';

/**
 * Assembles runs into a script of at most `maxSteps` steps that plays strictly. `isOn` must return true for
 * each feature of the script. The answers keep to the limits of their requests. If `breaksLimits` is true, they do not,
 * and those that break them are marked.
 */
export function assemble(
  map: AgentMap,
  runs: readonly RunPart[],
  isOn: FeatureGate,
  maxSteps: number,
  breaksLimits = false,
): Step[] {
  const script = new AssembledScript(map, isOn, maxSteps, breaksLimits);
  for (const run of isOn('several-users') ? runs : runs.slice(0, 1)) {
    // A run needs two steps: the user's and an answer.
    if (maxSteps - script.steps.length >= 2) script.addRun(run);
  }
  return script.steps;
}

/** Which agent is asked next, as far as the generator can know. */
interface Scene {
  active: number;
  /**
   * Whether an agent other than `active` may be asked, because a tool may have refused the arguments of an earlier
   * handoff.
   */
  isUnsure: boolean;
}

class AssembledScript {
  readonly steps: Step[] = [];
  readonly #map: AgentMap;
  readonly #isOn: FeatureGate;
  readonly #maxSteps: number;
  readonly #breaksLimits: boolean;
  #scene: Scene = { active: 0, isUnsure: false };
  #calls = 0;

  constructor(map: AgentMap, isOn: FeatureGate, maxSteps: number, breaksLimits: boolean) {
    this.#map = map;
    this.#isOn = isOn;
    this.#maxSteps = maxSteps;
    this.#breaksLimits = breaksLimits;
  }

  addRun({ users, turns, end }: RunPart): void {
    const before = this.#scene;
    const most = this.#isOn('several-users') ? this.#room : 1;
    const said = users.slice(0, most).map((text) => gated(text, this.#isOn, plainUser));
    for (const user of said.length > 0 ? said : [plainUser]) this.steps.push({ user });
    const start = this.steps.length;
    for (const turn of turns) this.#addTurn(turn);
    const last = this.steps.length > start ? (this.steps.at(-1) as ModelStep) : undefined;
    const fault = this.#addEnd(end, last);
    // After a failed run, the user continues from the state before that run.
    if (fault) this.#scene = before;
  }

  /** How many steps fit before the answer that ends the run. */
  get #room(): number {
    return this.#maxSteps - this.steps.length - 1;
  }

  #addTurn({ calls, text, repeatsId }: TurnPart): void {
    const allowed = calls.filter((call) => this.#isAllowed(call));
    const some = this.#isOn('parallel-calls') ? allowed : allowed.slice(0, 1);
    if (some.length === 0) return;
    const way = this.#wayTo(some);
    if (this.#room < (way?.length ?? 0) + 1) return;
    for (const { tool, args } of way ?? []) {
      const call: CallPart = { name: tool.name, tool, args: copyData(args), needs: [], isFitting: true };
      this.steps.push({ calls: [this.#call(call, false)] });
      this.#handOff(tool);
    }
    const offered = this.#map.tools[this.#scene.active]!;
    const limits = this.#map.limits[this.#scene.active]!;
    const made: ToolCallStep[] = [];
    let handoff: MappedTool | undefined;
    for (const call of some) {
      const isOffered = call.tool !== undefined && offered.get(call.name) === call.tool;
      if (!isOffered && call.tool && (offered.has(call.name) || !this.#isOn('unknown-tool'))) continue;
      const sent = isOffered ? call : unknown(call, offered);
      const keepsLimits = limits.allows(sent.name) && !(limits.isSingle && made.length > 0);
      if (!keepsLimits && !this.#breaksLimits) continue;
      made.push(this.#call(keepsLimits ? sent : { ...sent, isFitting: false }, repeatsId));
      // Of several handoffs, the last one counts.
      if (isOffered && call.tool?.handsOffTo !== undefined && fits(call)) handoff = call.tool;
    }
    if (made.length === 0) return;
    const said = text && { say: gated(text, this.#isOn, plainAnswer) };
    this.steps.push({ ...said, calls: made });
    if (handoff) this.#handOff(handoff);
  }

  #isAllowed(call: CallPart): boolean {
    if (!call.needs.every(this.#isOn)) return false;
    // Arguments that are meant to be wrong may be valid after all. The call then hands off.
    return call.tool?.handsOffTo === undefined || this.#isOn('handoffs') || !fits(call);
  }

  /**
   * The shortest way to an agent that offers the tools of these calls; empty if the active agent offers them,
   * undefined if no way exists.
   */
  #wayTo(calls: readonly CallPart[]): ReturnType<AgentMap['way']> {
    if (!this.#isOn('handoffs')) return undefined;
    const { tools, way } = this.#map;
    const offers = (candidate: number) =>
      calls.every(({ name, tool }) => !tool || tools[candidate]?.get(name) === tool);
    return way(this.#scene.active, offers);
  }

  #call({ name, args, raw, isFitting = false }: CallPart, repeatsId: boolean): ToolCallStep {
    const call: ToolCallStep = { tool: name };
    if (raw !== undefined) call.rawArgs = raw;
    else if (args && Object.keys(args).length > 0) call.args = args;
    // The default id of the first call.
    if (repeatsId && this.#isOn('duplicate-ids') && this.#calls > 0) call.id = 'call_1';
    this.#calls++;
    if (raw === undefined && (!isFitting || this.#scene.isUnsure)) call.hallucinated = true;
    return call;
  }

  #handOff({ handsOffTo, isPlain }: MappedTool): void {
    this.#scene = { active: handsOffTo!, isUnsure: this.#scene.isUnsure || !isPlain };
  }

  /** Adds the end of a run. Returns whether this end makes the run fail. */
  #addEnd(end: EndPart, last: ModelStep | undefined): boolean {
    const { needs, fault, text, isRefusal, isInCalls, finishReason } = end;
    const said = text ? gated(text, this.#isOn, plainAnswer) : plainAnswer;
    if (needs !== undefined && !this.#isOn(needs)) {
      this.#addText(isRefusal ? plainAnswer : said);
      return false;
    }
    if (isInCalls && last && (fault || finishReason !== undefined)) {
      if (fault) last.fault = fittingFault(fault, last);
      // Calls that are cut off by the limit on the length fail the run.
      if (finishReason !== undefined) last.finishReason = finishReason;
      return true;
    }
    const content: ModelStep = isRefusal ? { refusal: said } : { say: said };
    if (finishReason !== undefined) content.finishReason = finishReason;
    // A fault without a text fails the request, so the step has no content.
    if (fault) this.steps.push({ ...(text && content), fault: fittingFault(fault, content) });
    else if (isRefusal || finishReason !== undefined) this.steps.push(content);
    else this.#addText(said);
    return fault !== undefined;
  }

  /** Adds a text that ends a run. Where a call is demanded, the model refuses instead. */
  #addText(text: string): void {
    const { active, isUnsure } = this.#scene;
    const { limits } = this.#map;
    const asked = isUnsure ? limits : limits.slice(active, active + 1);
    if (!asked.some(({ demandsCall }) => demandsCall)) this.steps.push({ say: text });
    else if (this.#isOn('refusal') && !this.#breaksLimits) this.steps.push({ refusal: text });
    else this.steps.push({ say: text, hallucinated: true });
  }
}

/** Whether the arguments of a call are valid for its tool. */
function fits({ tool, args, raw, isFitting }: CallPart): boolean {
  if (isFitting || !tool) return isFitting === true;
  const parsed = raw === undefined ? { args: args ?? {} } : parseArguments(raw);
  return 'args' in parsed && tool.arguments.isValid(parsed.args);
}

/** The call under a name that the active agent does not offer. */
function unknown(call: CallPart, offered: ReadonlyMap<string, MappedTool>): CallPart {
  let { name } = call;
  while (offered.has(name)) name += '_';
  return { ...call, name, isFitting: false };
}

/** Moves the cut to a chunk that the answer has. */
function fittingFault(fault: Fault, step: ModelStep): Fault {
  return 'afterChunks' in fault
    ? { ...fault, afterChunks: fault.afterChunks % chunkCount(step) }
    : { ...fault };
}
