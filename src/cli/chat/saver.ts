import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { CassetteFileError } from '../../cassette/cassette-errors.ts';
import { cassetteFolder, cassettePath } from '../../cassette/format/read.ts';
import { writeWhole } from '../../files/write-whole.ts';
import { fileName, isInside } from '../../files/path.ts';
import type { PastRuns } from '../../cassette/past-runs.ts';
import { LaneSecrets } from '../../secrets/lane-secrets.ts';
import { Redactor } from '../../secrets/redactor.ts';
import { scenariosSource } from '../../report/cassette-source.ts';
import { defaultMaxTurns } from '../../scenario/scenario.ts';
import { valueSource } from '../../script/source.ts';
import { assertJson } from '../../engine/run/stored-conversation.ts';
import type { ChatPartner } from './partner.ts';

/** The default folder of scenarios. */
const scenarioFolder = 'scenarios';

/** The settings of a conversation that may be saved. */
interface SavedChat {
  readonly partner: ChatPartner;
  readonly contextVariables: object;
  readonly modelOverride: string | undefined;
  readonly maxTurns: number;
}

/** The files of a saved conversation. */
export interface SavedFiles {
  readonly scenario: string;
  readonly cassette: string;
}

/**
 * Saves a conversation as a scenario and a cassette, without its secrets. Overwrites only files that it has saved
 * itself.
 */
export class ChatSaver {
  readonly #past: PastRuns;
  readonly #chat: SavedChat;
  readonly #own = new Set<string>();
  readonly saved: SavedFiles[] = [];

  constructor(past: PastRuns, chat: SavedChat) {
    this.#past = past;
    this.#chat = chat;
  }

  /** Saves the conversation under the given name, or a default one. Returns the result as text for the person. */
  async save(given: string): Promise<string> {
    if (this.#past.count === 0) return 'There is nothing to save yet: no message was answered.';
    if (!isInside(this.#chat.partner.file, '.'))
      return `The module ${this.#chat.partner.file} is outside of the working directory, so no saved scenario can name it. Start the chat in the folder of the project.`;
    const name = given || `chat with ${this.#chat.partner.agent.name}`;
    if (new LaneSecrets().hideText(name) !== name)
      return 'This name seems to contain a secret, and names are saved unchanged. Choose another name: /save <name>.';
    const own = fileName(name);
    if (own === '')
      return `The name ${JSON.stringify(name)} has no letter or digit for a file name. Choose another name: /save <name>.`;
    const files = given ? filesOf(own) : this.#freeFiles(own);
    const taken = [files.scenario, files.cassette].find((file) => existsSync(file) && !this.#own.has(file));
    if (taken !== undefined) return `${taken} already exists. Choose another name: /save <name>.`;
    let hasSecrets;
    try {
      hasSecrets = await this.#write(name, files);
    } catch (error) {
      if (!(error instanceof CassetteFileError) && !(error instanceof TypeError) && !isSystemError(error))
        throw error;
      return `The conversation could not be saved. ${error.message}`;
    }
    for (const file of [files.scenario, files.cassette]) this.#own.add(file);
    this.saved.push(files);
    const lines = [
      `Saved as ${files.scenario} and ${files.cassette}.`,
      ...(hasSecrets
        ? ['Secrets were redacted: a tool that reads one may behave differently when this is played.']
        : []),
      `  npx swarmcheck run ${files.scenario}`,
      `  npx swarmcheck replay ${files.cassette}`,
    ];
    return lines.join('\n');
  }

  /** Names of files that do not exist, or that this chat has saved before. */
  #freeFiles(own: string): SavedFiles {
    for (let count = 1; ; count++) {
      const files = filesOf(count === 1 ? own : `${own}-${count}`);
      const isFree = [files.scenario, files.cassette].every(
        (file) => !existsSync(file) || this.#own.has(file),
      );
      if (isFree) return files;
    }
  }

  /** Writes the scenario and the cassette. Returns whether secrets were redacted. */
  async #write(name: string, files: SavedFiles): Promise<boolean> {
    const { partner, contextVariables, modelOverride, maxTurns } = this.#chat;
    assertJson(contextVariables, 'contextVariables');
    // The folder is created before any file is written, so that an error in creating it leaves no file behind.
    mkdirSync(dirname(files.scenario), { recursive: true });
    const path = cassettePath(files.cassette);
    const wasThere = existsSync(path);
    const origin = { scenario: { file: files.scenario, name } };
    const { cassette, secrets } = await this.#past.record({ path, origin, known: contextVariables });
    const hidden = new Redactor(undefined).data(secrets, contextVariables, ['contextVariables']);
    const source = scenariosSource(cassette, {
      comment: `Saved from a chat with ${partner.file}#${partner.exportName}.`,
      nameOf: () => name,
      stubs: Object.keys(partner.scenario?.tools ?? {}),
      imports: [importOf(partner, files.scenario)],
      fields: [
        ...agentFields(partner),
        ...(Object.keys(contextVariables).length === 0 ? [] : [`contextVariables: ${valueSource(hidden)}`]),
        ...(modelOverride === undefined ? [] : [`modelOverride: ${valueSource(modelOverride)}`]),
        ...(maxTurns === defaultMaxTurns ? [] : [`maxTurns: ${maxTurns}`]),
      ],
    });
    try {
      writeWhole(files.scenario, source, { mayReplace: this.#own.has(files.scenario) });
    } catch (error) {
      if (!wasThere) rmSync(path, { force: true });
      throw error;
    }
    return !secrets.isEmpty;
  }
}

/** The fields that the saved scenario takes from the scenario of the chat. */
const takenOver = ['executeTools', 'hooks', 'tools'] as const;

/** Names that the generated module may import from swarmcheck, so it cannot use them for the agent. */
const builders = ['defineScenario', 'callTool', 'callTools', 'modelFails', 'refuse', 'say', 'user'];

/** Names that a module cannot declare (ECMAScript, "Keywords and Reserved Words"). */
const reserved =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true try typeof var void while with yield';
const taken = new Set([...builders, ...reserved.split(' ')]);

/** The name under which the generated module imports the agent or the scenario. */
function localName({ exportName, scenario }: ChatPartner): string {
  if (scenario) return 'original';
  return isIdentifier(exportName) && !taken.has(exportName) ? exportName : 'agent';
}

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name);
}

function importOf(partner: ChatPartner, file: string): string {
  const { exportName } = partner;
  const local = localName(partner);
  const own = isIdentifier(exportName) ? exportName : valueSource(exportName);
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

/** The specifier with which a file imports a module. */
function moduleFrom(file: string, module: string): string {
  const path = relative(dirname(file), module).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
