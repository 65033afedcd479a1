import { existsSync, linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { CassetteFileError } from '../../cassette/errors.ts';
import { cassetteFolder, cassettePath, fileName, isInside, shownPath } from '../../cassette/file/path.ts';
import type { PastRuns } from '../../cassette/past-runs.ts';
import { LaneSecrets } from '../../cassette/redaction/lane-secrets.ts';
import { Redactor } from '../../cassette/redaction/redactor.ts';
import { scenariosSource } from '../../report/cassette-source.ts';
import { valueSource } from '../../script/source.ts';
import type { ChatPartner } from './partner.ts';

/** Where scenarios are, if nothing else is said. */
const scenarioFolder = 'scenarios';

/** What a saved conversation was held with. */
interface SavedChat {
  readonly partner: ChatPartner;
  readonly contextVariables: object;
  readonly model: string | undefined;
}

/** A conversation that was saved. */
export interface SavedFiles {
  readonly scenario: string;
  readonly cassette: string;
}

/** Keeps a conversation as a scenario and a cassette, without its secrets. Nothing that is there is written over, but what it saved itself. */
export class ChatSaver {
  readonly #past: PastRuns;
  readonly #chat: SavedChat;
  readonly #own = new Set<string>();
  readonly saved: SavedFiles[] = [];

  constructor(past: PastRuns, chat: SavedChat) {
    this.#past = past;
    this.#chat = chat;
  }

  /** Saves it under a name, or one of its own; what came of it, for the person who asked. */
  async save(given: string): Promise<string> {
    if (this.#past.count === 0) return 'There is nothing to save yet: no message was answered.';
    if (!isInside(this.#chat.partner.file, '.'))
      return `A scenario names its module by a path below the working directory, and ${this.#chat.partner.file} is outside. Start the chat in the folder of the project.`;
    const name = given || `chat with ${this.#chat.partner.agent.name}`;
    const own = fileName(name);
    if (own === '') return `No file can be named after ${JSON.stringify(name)}. Use letters or digits.`;
    const files = given ? filesOf(own) : this.#freeFiles(own);
    const taken = [files.scenario, files.cassette].find((file) => existsSync(file) && !this.#own.has(file));
    if (taken !== undefined) return `${taken} is there already. Choose another name: /save <name>.`;
    try {
      await this.#write(name, files);
    } catch (error) {
      if (!(error instanceof CassetteFileError) && !isSystemError(error)) throw error;
      return `It could not be saved. ${error.message}`;
    }
    for (const file of [files.scenario, files.cassette]) this.#own.add(file);
    this.saved.push(files);
    return `Saved as ${files.scenario} and ${files.cassette}.\n  npx swarmcheck run ${files.scenario}\n  npx swarmcheck replay ${files.cassette}`;
  }

  /** Files that are not there yet, or that this chat has saved before. */
  #freeFiles(own: string): SavedFiles {
    for (let count = 1; ; count++) {
      const files = filesOf(count === 1 ? own : `${own}-${count}`);
      const isFree = [files.scenario, files.cassette].every(
        (file) => !existsSync(file) || this.#own.has(file),
      );
      if (isFree) return files;
    }
  }

  async #write(name: string, files: SavedFiles): Promise<void> {
    const { partner, contextVariables, model } = this.#chat;
    const origin = {
      scenario: {
        file: files.scenario,
        name,
        ...(model !== undefined && { model }),
      },
    };
    const cassette = await this.#past.record({ path: cassettePath(files.cassette), origin });
    const source = scenariosSource(cassette, {
      comment: `Saved from a chat with ${partner.file}#${partner.exportName}.`,
      nameOf: () => name,
      imports: [importOf(partner, files.scenario)],
      fields: [
        ...agentFields(partner),
        ...contextField(contextVariables),
        ...(model === undefined ? [] : [`modelOverride: ${valueSource(model)}`]),
      ],
    });
    writeWhole(files.scenario, source, this.#own.has(files.scenario));
  }
}

/** What a scenario says beside its steps. */
const takenOver = ['maxTurns', 'hooks', 'tools'] as const;

/** Names that the module has for other things. */
const builders = new Set(['defineScenario', 'callTool', 'callTools', 'modelFails', 'refuse', 'say', 'user']);

/** What the partner is called in the module that is written. */
function localName({ exportName, scenario }: ChatPartner): string {
  if (scenario) return 'original';
  const mayStay =
    /^[A-Za-z_$][\w$]*$/.test(exportName) && exportName !== 'default' && !builders.has(exportName);
  return mayStay ? exportName : 'agent';
}

function importOf(partner: ChatPartner, file: string): string {
  const { exportName } = partner;
  const local = localName(partner);
  const own = /^[A-Za-z_$][\w$]*$/.test(exportName) ? exportName : valueSource(exportName);
  const named = exportName === local ? local : `${own} as ${local}`;
  const imported = exportName === 'default' ? local : `{ ${named} }`;
  return `import ${imported} from ${valueSource(moduleFrom(file, partner.file))};`;
}

function agentFields(partner: ChatPartner): string[] {
  const { scenario } = partner;
  const local = localName(partner);
  if (!scenario) return [local === 'agent' ? 'agent' : `agent: ${local}`];
  const fields = takenOver.filter((field) => scenario[field] !== undefined);
  return ['agent' as const, ...fields].map((field) => `${field}: original.${field}`);
}

function filesOf(own: string): SavedFiles {
  return { scenario: `${scenarioFolder}/${own}.scenario.ts`, cassette: `${cassetteFolder}/${own}.json` };
}

/** A module as another one imports it. */
function moduleFrom(file: string, module: string): string {
  const path = relative(dirname(file), module).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function contextField(contextVariables: object): string[] {
  if (Object.keys(contextVariables).length === 0) return [];
  // As in the cassette beside it: what is secret there is no less so here.
  const hidden = new Redactor(undefined).data(new LaneSecrets(), contextVariables, ['contextVariables']);
  return [`contextVariables: ${valueSource(hidden)}`];
}

/** Writes a file whole or not at all; one that is there only where it may be replaced. */
function writeWhole(file: string, text: string, mayReplace: boolean): void {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = join(dirname(file), `.${shownPath(file).replaceAll('/', '-')}.tmp`);
  try {
    writeFileSync(temporary, text);
    // A link is made only where there is nothing of that name.
    if (mayReplace) renameSync(temporary, file);
    else linkSync(temporary, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
