/** Mutants that only those notice who look at a run from outside: the provider, the tools, the hooks, the reader. */
import type { ObservedInvariantName } from '../../../src/property/invariants/invariants.ts';
import type { Mutant } from './mutants.ts';

/** A mutant that an invariant of observed runs must notice. */
interface ObservedMutant extends Mutant {
  invariant: ObservedInvariantName;
}

const loop = 'engine/run/loop.ts';
const askModel = 'engine/run/ask-model.ts';
const readStream = 'engine/run/read-stream.ts';
const toolCall = 'engine/run/tool-call.ts';
const hooks = 'engine/run/hooks.ts';
const completion = 'engine/model/completion.ts';
const parsing = 'engine/tools/arguments.ts';
const prepared = 'engine/tools/prepared-agent.ts';

const showPiece = "      yield { type: 'stream-delta', delta: shown };\n";
const sentOptions = 'new RequestOptions(signal, state.conversation, state.events)';
const offered =
  '    ? { model, tools, parallel_tool_calls }\n    : { model, tools, tool_choice, parallel_tool_calls };';

/** The requests that the provider receives. */
const ofRequests: ObservedMutant[] = [
  {
    what: 'the conversation is not passed on',
    file: askModel,
    find: sentOptions,
    replace: 'new RequestOptions(signal, undefined, state.events)',
    invariant: 'requests-reach-the-provider',
  },
  {
    what: 'only the last ten messages are sent',
    file: askModel,
    find: 'const messages = history.slice();',
    replace: 'const messages = history.length > 11 ? [history[0]!, ...history.slice(-10)] : history.slice();',
    invariant: 'requests-reach-the-provider',
  },
  {
    what: 'a request is sent twice',
    file: askModel,
    find: 'const answered: unknown = state.provider.complete(ownRequest(kept, history), options);',
    replace:
      'state.provider.complete(ownRequest(kept, history), options).catch(() => {}); const answered: unknown = state.provider.complete(ownRequest(kept, history), options);',
    invariant: 'requests-reach-the-provider',
  },
  {
    what: 'tool_choice is not sent',
    file: askModel,
    find: 'const tool_choice = toolChoiceOf(agent);',
    replace: 'const tool_choice = undefined;',
    invariant: 'requests-fit-the-agent',
  },
  {
    what: 'parallel_tool_calls is always true',
    file: askModel,
    find: 'const parallel_tool_calls = agent.parallelToolCalls;',
    replace: 'const parallel_tool_calls = true;',
    invariant: 'requests-fit-the-agent',
  },
  {
    what: 'parallel_tool_calls is not sent with a tool choice',
    file: askModel,
    find: offered,
    replace:
      '    ? { model, tools, parallel_tool_calls }\n    : { model, tools, tool_choice, parallel_tool_calls: true };',
    invariant: 'requests-fit-the-agent',
  },
  {
    what: 'the model of the first agent is asked after a handoff',
    file: askModel,
    find: 'state.modelOverride ?? agent.model',
    replace: 'state.modelOverride ?? (state.firstModel ??= agent.model)',
    invariant: 'requests-fit-the-agent',
  },
  {
    what: 'the tools of the first agent are offered after a handoff',
    file: loop,
    find: 'if (!prepared || preparedFor !== agent || !isCurrent(prepared, agent))',
    replace: 'if (!prepared)',
    invariant: 'requests-fit-the-agent',
  },
  {
    what: 'the tools are offered in alphabetical order',
    file: prepared,
    find: 'Array.from(tools.values(), (',
    replace: 'Array.from([...tools.keys()].toSorted().map((key) => tools.get(key)!), (',
    invariant: 'requests-fit-the-agent',
  },
];

/** Answers of the model that the run does not keep. */
const ofAnswers: ObservedMutant[] = [
  {
    what: 'a refusal is dropped',
    file: completion,
    find: "new Set(['role', 'content', 'tool_calls', 'function_call'])",
    replace: "new Set(['role', 'content', 'tool_calls', 'function_call', 'refusal'])",
    invariant: 'answers-are-kept',
  },
  {
    what: 'the text of an answer is cut',
    file: completion,
    find: "content: isEmpty ? '' : content };",
    replace: "content: isEmpty ? '' : content?.slice(0, 10) };",
    invariant: 'answers-are-kept',
  },
  {
    what: 'every answer has the finish reason "stop"',
    file: completion,
    find: '    finishReason,\n    usage',
    replace: "    finishReason: 'stop',\n    usage",
    invariant: 'answers-are-kept',
  },
  {
    what: 'calls that were cut by the limit on the length run',
    file: completion,
    find: 'if (calls.length > 0 && cutReasons.has(finishReason)) {',
    replace: 'if (false) {',
    invariant: 'cut-answers-run-nothing',
  },
];

/** The pieces that the reader of a stream gets. */
const ofStreams: ObservedMutant[] = [
  {
    what: 'the pieces of a stream are signed by the first agent',
    file: readStream,
    find: "shown['sender'] = agent.name;",
    replace: "shown['sender'] = state.events[0].agent;",
    invariant: 'readers-see-the-stream',
  },
  {
    what: 'every fourth piece is not shown',
    file: readStream,
    find: showPiece,
    replace: `      state.pieces = (state.pieces ?? 0) + 1;\n      if (state.pieces % 4) ${showPiece.trimStart()}`,
    invariant: 'readers-see-the-stream',
  },
  {
    what: 'the pieces of streamed calls are not shown',
    file: readStream,
    find: 'if (!delta) continue;',
    replace: "if (!delta || delta['tool_calls']) continue;",
    invariant: 'readers-see-the-stream',
  },
  {
    what: 'the pieces are shown one late',
    file: readStream,
    find: showPiece,
    replace:
      "      if (state.late) yield { type: 'stream-delta', delta: state.late };\n      state.late = shown;\n",
    invariant: 'readers-see-the-stream',
  },
  {
    what: 'every piece is signed',
    file: readStream,
    find: "if (shown['role'] === 'assistant') shown",
    replace: 'shown',
    invariant: 'readers-see-the-stream',
  },
  {
    what: 'a stream is not closed by an abort',
    file: readStream,
    find: 'if (open || state.signal?.aborted)',
    replace: 'if (open)',
    invariant: 'streams-are-closed',
  },
];

/** The calls and the results of tools. */
const ofTools: ObservedMutant[] = [
  {
    what: 'undeclared arguments are let through',
    file: parsing,
    find: '  if (declared.others) return [];\n',
    replace: '  return [];\n',
    invariant: 'only-fitting-arguments-run',
  },
  {
    what: 'arguments that are not an object count as no arguments',
    file: parsing,
    find: "  if (typeof parsed !== 'object' || parsed === null",
    replace: "  if (typeof parsed !== 'object') return { args: {} };\n  if (parsed === null",
    invariant: 'only-fitting-arguments-run',
  },
  {
    what: 'a tool gets the id of another call',
    file: toolCall,
    find: 'contextOf(scene, call.id)',
    replace: 'contextOf(scene, (scene.firstId ??= call.id))',
    invariant: 'tools-get-their-call',
  },
  {
    what: 'all calls of a turn get the arguments of the first',
    file: toolCall,
    find: '  const parsed = parseArguments(call.function.arguments);\n',
    replace: '  const parsed = parseArguments((scene.firstArgs ??= call.function.arguments));\n',
    invariant: 'tools-get-their-call',
  },
  {
    what: 'each turn gets its own context variables',
    file: loop,
    find: '    contextVariables: state.contextVariables,\n',
    replace: '    contextVariables: { ...state.contextVariables },\n',
    invariant: 'tools-get-their-call',
  },
  {
    what: 'the error text of a tool is cut',
    file: toolCall,
    find: 'messageOf(error) ||',
    replace: 'messageOf(error).slice(0, 100) ||',
    invariant: 'results-are-told',
  },
  {
    what: 'falsy results are sent as nothing',
    file: toolCall,
    find: "if (value === undefined) return { text: '' };",
    replace: "if (!value) return { text: '' };",
    invariant: 'results-are-told',
  },
  {
    what: 'the text of a result is sent as JSON',
    file: toolCall,
    find: "  if (typeof value === 'string') return { text: value };\n",
    replace: '',
    invariant: 'results-are-told',
  },
];

/** The calls of hooks. */
const ofHooks: ObservedMutant[] = [
  {
    what: 'afterModel is not called when the answer is streamed',
    file: askModel,
    find: '  if (hooks.length > 0) {\n    const seen',
    replace: '  if (hooks.length > 0 && !state.stream) {\n    const seen',
    invariant: 'hooks-are-called',
  },
  {
    what: 'beforeModel is called in the first turn only',
    file: askModel,
    find: '  if (hooks.length > 0) {\n    yield* callHooks(hooks',
    replace: '  if (hooks.length > 0 && turn === 1) {\n    yield* callHooks(hooks',
    invariant: 'hooks-are-called',
  },
  {
    what: 'only the first of several hooks is called',
    file: hooks,
    find: 'for (const hook of hooks) {',
    replace: 'for (const hook of hooks.slice(0, 1)) {',
    invariant: 'hooks-are-called',
  },
  {
    what: 'hooks are not awaited',
    file: hooks,
    find: '    if (isPromiseLike(pending)) yield pending;\n',
    replace: '',
    invariant: 'hooks-are-called',
  },
  {
    what: 'hooks are called in reverse',
    file: hooks,
    find: 'for (const hook of hooks) {',
    replace: 'for (const hook of hooks.toReversed()) {',
    invariant: 'hooks-are-called',
  },
  {
    what: 'afterTool is called for the last call of a turn only',
    file: loop,
    find: 'if (outcome.executed) yield*',
    replace: 'if (outcome.executed && call === calls.at(-1)) yield*',
    invariant: 'hooks-are-called',
  },
  {
    what: 'hooks get the number of the turn before',
    file: askModel,
    find: 'request: freezeData(ownRequest(kept, history)), turn });',
    replace: 'request: freezeData(ownRequest(kept, history)), turn: turn - 1 });',
    invariant: 'hooks-are-called',
  },
];

/** Work that continues after an abort. */
const ofAborts: ObservedMutant[] = [
  {
    what: 'tools are not told of an abort',
    file: loop,
    find: 'signal: () => state.toolSignal(),',
    replace: 'signal: () => new AbortController().signal,',
    invariant: 'aborts-stop-everything',
  },
  {
    what: 'the provider is not told of an abort',
    file: askModel,
    find: sentOptions,
    replace: 'new RequestOptions(undefined, state.conversation, state.events)',
    invariant: 'aborts-stop-everything',
  },
  {
    what: 'an abort between two calls is not noticed',
    file: loop,
    find: '    state.signal?.throwIfAborted();\n    const { name',
    replace: '    const { name',
    invariant: 'aborts-stop-everything',
  },
  {
    what: 'an abort in beforeModel is not noticed',
    file: askModel,
    find: "  signal?.throwIfAborted();\n  yield {\n    type: 'model-request',",
    replace: "  yield {\n    type: 'model-request',",
    invariant: 'aborts-stop-everything',
  },
  {
    what: 'an abort after the last answer is not noticed',
    file: askModel,
    find: '  signal?.throwIfAborted();\n  return answer;',
    replace: '  return answer;',
    invariant: 'aborts-stop-everything',
  },
  {
    what: 'an abort after the last tools is not noticed',
    file: loop,
    find: 'tool: handoff.tool };\n  }\n  state.signal?.throwIfAborted();\n',
    replace: 'tool: handoff.tool };\n  }\n',
    invariant: 'aborts-stop-everything',
  },
];

export const observedMutants: ObservedMutant[] = [
  ...ofRequests,
  ...ofAnswers,
  ...ofStreams,
  ...ofTools,
  ...ofHooks,
  ...ofAborts,
];
