import type { ToolStub } from '../../scenario/stub-tools.ts';
import { buildersIn, stepsSource, valueSource } from '../../script/source.ts';
import type { Step } from '../../script/steps.ts';
import { holdsSecret, isJson, storableVariables } from './storable.ts';

/** A script that broke an invariant, and the settings that it was played with. */
export interface FailedScript {
  readonly steps: readonly Step[];
  readonly invariant: string;
  /** The name of the check. */
  readonly name: string;
  readonly agentName: string;
  /** The agent as module#export, if the command line found it. */
  readonly exported?: string | undefined;
  /** Whether the module exports a check, which contains the agent, and not the agent itself. */
  readonly isCheck?: boolean | undefined;
  readonly contextVariables?: object | undefined;
  /** Undefined for an external agent, which sets its own limit. */
  readonly maxTurns?: number | undefined;
  readonly tools?: Record<string, ToolStub> | undefined;
}

/** The script as the source of a module with a scenario, to paste into a file in the working directory. */
export function scenarioSource(script: FailedScript): string {
  const { steps, invariant, name, maxTurns, contextVariables } = script;
  const { agent, line } = importOf(script);
  const { variables, leftOut } = storableVariables(contextVariables);
  return [
    `import { ${['defineScenario', ...buildersIn(steps)].toSorted().join(', ')} } from 'swarmcheck/testing';`,
    line,
    '',
    'export default defineScenario({',
    `  name: ${valueSource(`${name}: ${invariant}`)},`,
    `  agent${agent === 'agent' ? '' : `: ${agent}`},`,
    ...(variables ? [`  contextVariables: ${valueSource(variables)},`] : []),
    ...(leftOut.length > 0
      ? [`  // Add these to the contextVariables: ${onOneLine(leftOut.join(', '))}.`]
      : []),
    ...toolLines(script.tools),
    ...(maxTurns === undefined ? [] : [`  maxTurns: ${maxTurns},`]),
    '  steps: [',
    stepsSource(steps, '    '),
    '  ],',
    '  check(run) {',
    '    // Assert the invariant here: expect(run)… from Vitest, or assert(…).',
    `    throw new Error(${valueSource(`Add an assertion for: ${invariant}`)});`,
    '  },',
    '});',
    '',
  ].join('\n');
}

function toolLines(tools: Record<string, ToolStub> = {}): string[] {
  const names = Object.keys(tools);
  if (names.length === 0) return [];
  if (Object.entries(tools).every(([name, stub]) => isJson(stub) && !holdsSecret(name, stub)))
    return [`  tools: ${valueSource(tools)},`];
  return [`  // Add the stubs of the check: tools: { ${onOneLine(names.join(', '))} },`];
}

/** The line that imports the agent, and the expression for the agent in the module. */
function importOf({ exported, agentName, isCheck = false }: FailedScript): { agent: string; line: string } {
  if (exported === undefined) {
    const agent = identifierOf(agentName);
    return { agent, line: `// import { ${agent} } from './…';` };
  }
  const [, module = exported, name = 'default'] = /^([^]*)#([^#]*)$/.exec(exported) ?? [];
  const from = valueSource(/^\.{0,2}\//.test(module) ? module : `./${module}`);
  const identifier = name !== 'default' ? name : isCheck ? 'check' : 'agent';
  return {
    agent: isCheck ? `${identifier}.agent` : identifier,
    line: `import ${name === 'default' ? identifier : `{ ${identifier} }`} from ${from};`,
  };
}

/** A variable name made from the name of the agent; `agent` if that name gives no usable identifier. */
function identifierOf(agentName: string): string {
  const [first = '', ...rest] = agentName.split(/[^A-Za-z\d]+/).filter(Boolean);
  const camel = [
    first.charAt(0).toLowerCase() + first.slice(1),
    ...rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)),
  ].join('');
  return /^[a-z]\w{2,40}$/.test(camel) && !reserved.has(camel) ? camel : 'agent';
}

const reserved = new Set(
  'break case catch class const continue debugger default delete else enum export extends false finally for function import instanceof new null return super switch this throw true try typeof var void while with yield let static await async implements interface package private protected public arguments eval run say user'.split(
    ' ',
  ),
);

/** The text without line breaks and control characters, since a comment ends with its line. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
