import { stringify } from 'safe-stable-stringify';
import { setOwn } from '../../engine/values/copy.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import {
  formatName,
  formatVersion,
  isOver,
  joined,
  storedLines,
  type AgentRecord,
  type CassetteFile,
  type InteractionRecord,
  type ScenarioReference,
  type TestReference,
} from '../format/format.ts';
import { Lane } from './lane.ts';
import { toolName, type Settings } from '../redact/request-parts.ts';

/** The scenario or test that recorded a cassette. */
export interface TapeOrigin {
  scenario?: ScenarioReference | undefined;
  test?: TestReference | undefined;
}

/** The settings under a label. `Labelled` keeps the name of their agent. */
type StoredAgent = Omit<AgentRecord, 'name'>;

/** A cassette in memory. */
export class Tape {
  readonly lanes: Lane[] = [];
  readonly origin: TapeOrigin;
  /** The first error of a request that did not fit, in any conversation. */
  failure: Error | undefined;
  readonly #agents = new Labelled<StoredAgent>();
  readonly #tools = new Labelled<object>();
  readonly #settings = new Map<string, Settings>();

  constructor(file?: CassetteFile, origin: TapeOrigin = {}) {
    this.origin = { scenario: origin.scenario ?? file?.scenario, test: origin.test ?? file?.test };
    for (const [label, { name = label, ...agent }] of Object.entries(file?.agents ?? {}))
      this.#agents.add(label, name, agent);
    for (const [label, tool] of Object.entries(file?.tools ?? {}))
      this.#tools.add(label, toolName(tool), tool);
    for (const { conversation, interactions } of file?.lanes ?? []) this.addLane(conversation, interactions);
  }

  addLane(conversation: string | undefined, interactions?: readonly InteractionRecord[]): Lane {
    const lane = new Lane(this.lanes.length + 1, conversation, interactions);
    this.lanes.push(lane);
    return lane;
  }

  /** Notes that a request did not fit. If its lane is known, the error ends that conversation. */
  noteFailure(error: unknown, lane?: Lane): void {
    if (lane) lane.failure ??= error as Error;
    this.failure ??= error as Error;
  }

  /**
   * Adds the facts that are known only at the end of a recording: which requests got no answer, and the results of
   * the last calls.
   */
  settle(redactor: Redactor): void {
    for (const lane of this.lanes) {
      lane.settle();
      lane.readResults(redactor);
    }
  }

  /** The label of these settings. New settings are added. */
  label({ model, instructions, role, tools, parameters }: Settings, agent: string): string {
    const labels = tools.map((tool) => this.#tools.labelOf(toolName(tool), tool));
    return this.#agents.labelOf(agent, {
      model,
      ...(instructions !== undefined && { instructions: storedLines(instructions) }),
      ...(role === 'developer' && { role }),
      ...(labels.length > 0 && { tools: labels }),
      ...(Object.keys(parameters).length > 0 && { parameters }),
    });
  }

  /** The settings under a label. */
  settings(label: string): Settings {
    let settings = this.#settings.get(label);
    if (!settings) this.#settings.set(label, (settings = this.#read(label)));
    return settings;
  }

  /** The name of the agent under a label. */
  agentOf(label: string): string {
    return this.#agents.get(label).name;
  }

  /** The stored form of the cassette. */
  toFile(): CassetteFile {
    const { scenario, test } = this.origin;
    const agents = this.#agents.all.map(({ label, name, thing }) => [
      label,
      name === label ? thing : { name, ...thing },
    ]) as [string, AgentRecord][];
    // A lane is stored up to its first interaction that is still in progress.
    const lanes = this.lanes
      .map(({ conversation, interactions }) => {
        const end = interactions.findIndex((interaction) => !isOver(interaction));
        return { conversation, interactions: end < 0 ? interactions : interactions.slice(0, end) };
      })
      .filter(({ interactions }) => interactions.length > 0);
    return {
      format: formatName,
      version: formatVersion,
      ...(scenario && { scenario }),
      ...(test && { test }),
      agents: recordOf(agents),
      tools: recordOf(this.#tools.all.map(({ label, thing }) => [label, thing])),
      lanes: lanes.map(({ conversation, interactions }) => ({
        ...(conversation !== undefined && { conversation }),
        interactions,
      })),
    };
  }

  #read(label: string): Settings {
    const {
      model,
      instructions,
      role = 'system',
      tools = [],
      parameters = {},
    } = this.#agents.get(label).thing;
    return {
      model,
      instructions: instructions === undefined ? undefined : joined(instructions),
      role,
      tools: tools.map((tool) => this.#tools.get(tool).thing),
      parameters,
    };
  }
}

interface LabelledThing<T> {
  readonly label: string;
  readonly name: string;
  readonly thing: T;
}

/**
 * Settings or tool definitions by label, without duplicates. The label is a name, or "name (2)" if something
 * different has the name already.
 */
class Labelled<T extends object> {
  readonly #byLabel = new Map<string, LabelledThing<T>>();
  readonly #byThing = new Map<string, LabelledThing<T>>();
  /** The number of things, by name. */
  readonly #counts = new Map<string, number>();

  get all(): LabelledThing<T>[] {
    return [...this.#byLabel.values()];
  }

  get(label: string): LabelledThing<T> {
    return this.#byLabel.get(label)!;
  }

  add(label: string, name: string, thing: T): void {
    const labelled = { label, name, thing };
    this.#byLabel.set(label, labelled);
    this.#byThing.set(keyOf(name, thing), labelled);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** The label of a thing. A new thing is added. */
  labelOf(name: string, thing: T): string {
    const known = this.#byThing.get(keyOf(name, thing));
    if (known) return known.label;
    let count = (this.#counts.get(name) ?? 0) + 1;
    let label = count === 1 ? name : `${name} (${count})`;
    while (this.#byLabel.has(label)) label = `${name} (${++count})`;
    this.add(label, name, thing);
    return label;
  }
}

function keyOf(name: string, thing: object): string {
  return `${name}\n${stringify(thing)}`;
}

/** An object with these entries. "__proto__" is a label like any other. */
function recordOf<T>(entries: readonly (readonly [string, T])[]): Record<string, T> {
  const record = {};
  for (const [label, thing] of entries) setOwn(record, label, thing);
  return record;
}
