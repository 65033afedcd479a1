import type { CassetteFile, LaneRecord } from '../cassette/format/format.ts';
import { recordedScript } from '../cassette/steps.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { recordedExpectations } from './recorded-expectations.ts';
import { buildersIn, stepsSource, valueSource } from '../script/source.ts';

/** The scenario that a cassette was recorded from, with the name of its export. */
export interface RecordedScenario {
  scenario: Scenario;
  exportName: string;
}

/** The fields that are taken from the recorded scenario, if it has them. */
const takenOver = [
  'contextVariables',
  'maxTurns',
  'executeTools',
  'modelOverride',
  'hooks',
  'tools',
] as const;

/** The parts of a generated module that do not come from the conversations of a cassette. */
export interface SourceFrame {
  /** The text of the comment on the first line. */
  readonly comment: string;
  /** The lines with the imports. */
  readonly imports: readonly string[];
  /** Fields of each scenario besides `name`, `messages`, `steps` and `expect`, as source. */
  readonly fields: readonly string[];
  /** The names of the tools that the fields replace by stubs. */
  readonly stubs: readonly string[];
  /** Returns the name of the scenario for a conversation. */
  nameOf(lane: LaneRecord, index: number): string;
}

/**
 * A cassette as the source of a module with one scenario for each conversation, to be pasted into a file in the
 * working directory. The module imports the scenario that was recorded, if there is one, and takes the agent and
 * other fields from it.
 */
export function cassetteSource(
  cassette: CassetteFile,
  path: string,
  recorded: RecordedScenario | undefined,
): string {
  return scenariosSource(cassette, {
    comment: `Recorded in ${path}. Paths are relative to the working directory.`,
    imports: importOf(cassette, recorded),
    fields: fieldsOf(cassette, recorded),
    stubs: Object.keys(recorded?.scenario.tools ?? {}),
    nameOf: (lane, index) => nameOf(cassette, lane, index, cassette.lanes.length),
  });
}

/** The conversations of a cassette as the source of a module that exports them as scenarios. */
export function scenariosSource(cassette: CassetteFile, frame: SourceFrame): string {
  const scripts = cassette.lanes.map((lane) => ({
    lane,
    ...recordedScript(lane, (label) => cassette.agents[label]?.name ?? label),
  }));
  const builders = new Set(scripts.flatMap(({ steps }) => buildersIn(steps)));
  const names = ['defineScenario', ...builders].toSorted();
  return [
    `// ${onOneLine(frame.comment)}`,
    `import { ${names.join(', ')} } from 'swarmcheck/testing';`,
    ...frame.imports,
    ...scripts.flatMap((script, index) => [
      '',
      scripts.length === 1
        ? 'export default defineScenario({'
        : `export const conversation${index + 1} = defineScenario({`,
      `  name: ${valueSource(frame.nameOf(script.lane, index))},`,
      ...frame.fields.map((field) => `  ${field},`),
      ...(script.messages.length > 0 ? [`  messages: ${valueSource(script.messages)},`] : []),
      '  steps: [',
      stepsSource(script.steps, '    '),
      '  ],',
      '  expect: {',
      ...expectationsSource(script.agents, recordedExpectations(script.lane, cassette, frame.stubs)),
      '  },',
      '});',
    ]),
    '',
  ].join('\n');
}

/** One line for each expectation. */
function expectationsSource(agents: readonly string[], others: object): string[] {
  return Object.entries({ agents, ...others }).map(
    ([field, value]) => `    ${field}: ${valueSource(value)},`,
  );
}

function importOf({ scenario, test }: CassetteFile, recorded: RecordedScenario | undefined): string[] {
  if (scenario) {
    const { exportName = 'default' } = recorded ?? {};
    const imported = exportName === 'default' ? 'recorded' : `{ ${exportName} as recorded }`;
    return [`import ${imported} from ${valueSource(`./${scenario.file}`)};`];
  }
  const by = test ? ` by the test ${onOneLine(JSON.stringify(test.name))} of ${onOneLine(test.file)}` : '';
  return [`// The agent that was recorded${by}:`, "// import { agent } from './…';"];
}

/** A text without line breaks, which would end a comment. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}

function fieldsOf({ scenario }: CassetteFile, recorded: RecordedScenario | undefined): string[] {
  if (!scenario) return ['agent'];
  const fields = takenOver.filter((field) => recorded?.scenario[field] !== undefined);
  return ['agent' as const, ...fields]
    .filter((field) => field !== 'modelOverride' || scenario.model === undefined)
    .map((field) => `${field}: recorded.${field}`)
    .concat(scenario.model === undefined ? [] : [`modelOverride: ${valueSource(scenario.model)}`]);
}

function nameOf(
  { scenario, test }: CassetteFile,
  { conversation }: LaneRecord,
  index: number,
  count: number,
): string {
  const name = scenario?.name ?? test?.name ?? 'a conversation';
  const which = conversation ?? (count > 1 ? `conversation ${index + 1}` : undefined);
  return `${name}, as recorded${which === undefined ? '' : ` (${which})`}`;
}
