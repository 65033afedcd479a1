import type { TracedToolCall } from '../engine/run/events.ts';
import type { Trace } from '../trace/trace.ts';
import { missingWords } from './coverage-words.ts';
import type { Coverage } from './coverage.ts';
import type { Surface } from './surface.ts';

interface Calls {
  ok: number;
  readonly errors: Record<string, number>;
}

/** Counts what the runs of a check reach. */
export class CoverageCounter {
  readonly #surface: Surface;
  readonly #turns = new Map<string, number>();
  readonly #calls = new Map<string, Map<string, Calls>>();
  readonly #handoffs = new Map<string, Map<string, number>>();
  readonly #outcomes = new Map<string, number>();
  #hallucinated = 0;

  /** Begins with zeros for the agents and tools of `surface`. */
  constructor(surface: Surface) {
    this.#surface = surface;
    for (const { name, tools } of surface.agents) {
      this.#turns.set(name, 0);
      for (const tool of tools) this.#callsOf(name, tool.name);
    }
  }

  /** Counts a run. */
  note({ events }: Trace): void {
    for (const event of events) {
      if (event.type === 'model-request') increase(this.#turns, event.agent);
      else if (event.type === 'tool-result') this.#noteCall(event);
      else if (event.type === 'handoff') increase(inner(this.#handoffs, event.from), event.to);
      else if (event.type === 'run-end') increase(this.#outcomes, event.outcome);
    }
  }

  #noteCall({ agent, tool, error }: TracedToolCall): void {
    if (error === 'unknown-tool') {
      this.#hallucinated++;
      return;
    }
    const calls = this.#callsOf(agent, tool);
    if (error === undefined) calls.ok++;
    else calls.errors[error] = (calls.errors[error] ?? 0) + 1;
  }

  get coverage(): Coverage {
    const counted = {
      agents: Array.from(this.#turns, ([agent, count]) => ({ agent, count })),
      tools: [...this.#calls].flatMap(([agent, byTool]) =>
        Array.from(byTool, ([tool, { ok, errors }]) => ({ agent, tool, ok, errors: { ...errors } })),
      ),
      handoffs: [...this.#handoffs].flatMap(([from, byTarget]) =>
        Array.from(byTarget, ([to, count]) => ({ from, to, count })),
      ),
      outcomes: Object.fromEntries(this.#outcomes),
      hallucinated: this.#hallucinated,
    };
    return { ...counted, missing: missingWords(counted, this.#surface) };
  }

  #callsOf(agent: string, tool: string): Calls {
    const byTool = inner(this.#calls, agent);
    let calls = byTool.get(tool);
    if (!calls) byTool.set(tool, (calls = { ok: 0, errors: {} }));
    return calls;
  }
}

function inner<Value>(byName: Map<string, Map<string, Value>>, name: string): Map<string, Value> {
  let map = byName.get(name);
  if (!map) byName.set(name, (map = new Map()));
  return map;
}

function increase(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
