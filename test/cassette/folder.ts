import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for cassettes, removed at the end of its block. */
export class Folder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'swarmcheck-cassettes-'));

  /** The path of a file in it. */
  file(name = 'c.json'): string {
    return join(this.path, name);
  }

  read(name = 'c.json'): string {
    return readFileSync(this.file(name), 'utf8');
  }

  json(name = 'c.json'): StoredCassette {
    return JSON.parse(this.read(name)) as StoredCassette;
  }

  /** Writes a file, and returns its path. */
  write(content: unknown, name = 'c.json'): string {
    writeFileSync(this.file(name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
    return this.file(name);
  }

  /** Changes a cassette, and returns its path. */
  change(edit: (cassette: StoredCassette) => void, name = 'c.json'): string {
    const cassette = this.json(name);
    edit(cassette);
    return this.write(cassette, name);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** The part of the format that tests read. */
export interface StoredCassette {
  version: number;
  scenario?: { file: string; name: string };
  agents: Record<string, StoredAgent>;
  tools: Record<string, { function: { description?: string; parameters: Record<string, any> } }>;
  lanes: { conversation?: string; interactions: StoredInteraction[] }[];
}

interface StoredAgent {
  name?: string;
  model: string;
  instructions?: string | string[];
  tools?: string[];
  parameters?: Record<string, unknown>;
}

/** The part of an interaction that tests read. */
export interface StoredInteraction {
  number: number;
  request: { agent: string; keep?: number; new?: { role: string; content?: unknown }[] };
  ms: number;
  completion?: any;
  stream?: { chunk: object; parts: any[]; cut?: string };
  error?: {
    name: string;
    message: string;
    status?: number;
    headers?: Record<string, string>;
    body?: unknown;
  };
  aborted?: true;
  results?: { tool: string; content: string | string[]; error?: string }[];
  handoff?: { to: string; tool: string };
  context?: { set: object; deleted: string[] };
}
