import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Project, type CommandResult } from './swarmcheck.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A project with the cassettes of this repository and the scenarios they were recorded from. */
export async function repositoryCopy(): Promise<Project> {
  const project = await Project.of({});
  const folders = [
    'fixtures/cassettes',
    ...['recorded', 'clients', 'examples'].map((name) => `scenarios/${name}`),
  ];
  for (const folder of folders)
    await cp(join(root, folder), join(project.folder, folder), { recursive: true });
  return project;
}

const nothingSet = { OPENAI_API_KEY: '', OPENAI_BASE_URL: '', SWARMCHECK_RECORD: '', CI: '' };

/** Calls a command without the key, base URL, record mode and `CI` of the environment that the tests run in. */
export async function command(
  project: Project,
  args: string[],
  env: Record<string, string> = {},
): Promise<CommandResult> {
  return await project.swarmcheck(args, { ...nothingSet, ...env });
}

/** The same, in a new process. */
export async function spawnedCommand(project: Project, args: string[]): Promise<CommandResult> {
  return await project.spawnSwarmcheck(args, nothingSet);
}

/** What `swarmcheck replay --json` prints. */
export interface ReplayDocument {
  version: number;
  exact: number;
  drifted: number;
  broken: number;
  notChecked: number;
  interactions: Counts;
  cassettes: ReplayedDocument[];
}

interface ReplayedDocument {
  file: string;
  status: string;
  interactions: Counts;
  drift: { part: string; name?: string; at?: number; diff: string }[];
  problems: string[];
  again?: string;
}

interface Counts {
  served: number;
  exact: number;
  drifted: number;
  unused: number;
}

/** Replays with --json. */
export async function replayed(
  project: Project,
  args: string[] = [],
): Promise<CommandResult & { document: ReplayDocument }> {
  const result = await command(project, ['replay', '--json', ...args]);
  return { ...result, document: JSON.parse(result.stdout) as ReplayDocument };
}
