/** Mutants: the change in the sources, and the invariant that must notice it. */
import type { RelationName } from '../../../src/property/relations.ts';
import type { InvariantName } from '../../../src/property/invariants/invariants.ts';

export interface Mutant {
  what: string;
  /** Relative to src/. */
  file: string;
  /** Occurs in the file exactly once. */
  find: string;
  replace: string;
  invariant: InvariantName | RelationName;
}

const loop = 'engine/run/loop.ts';
const askModel = 'engine/run/ask-model.ts';
const toolCall = 'engine/run/tool-call.ts';
const context = 'engine/run/context.ts';
const fold = 'engine/model/fold-chunks.ts';
const swarm = 'engine/run/swarm.ts';
const pendingCalls = 'engine/run/pending-calls.ts';
const activeRun = 'engine/run/active-run.ts';

const eachCall = '  for (const call of calls) {\n';
const answered = '    const outcome = yield* runToolCall(call, scene);\n';

export const mutants: Mutant[] = [
  {
    what: 'a tool is called without its context',
    file: toolCall,
    find: '      : tool.execute(checked.args, context);\n',
    replace: '      : tool.execute(checked.args, undefined);\n',
    invariant: 'tools-do-not-crash',
  },
  {
    what: 'a call of an unknown tool is skipped',
    file: loop,
    find: answered,
    replace: `${answered}    if (outcome.error === 'unknown-tool') continue;\n`,
    invariant: 'answers-in-order-of-calls',
  },
  {
    what: 'the calls of a turn run in reverse',
    file: loop,
    find: eachCall,
    replace: '  for (const call of calls.toReversed()) {\n',
    invariant: 'answers-in-order-of-calls',
  },
  {
    what: 'calls with a repeated id are dropped',
    file: loop,
    find: eachCall,
    replace: '  for (const call of new Map(calls.map((one) => [one.id, one])).values()) {\n',
    invariant: 'tools-of-the-last-turn-run',
  },
  {
    what: 'the tools of a turn run at the same time',
    file: loop,
    find: `${eachCall}    state.signal?.throwIfAborted();\n    const { name, arguments: rawArgs } = call.function;\n${answered}`,
    replace: `  const started = calls.map((call) => { const running = runToolCall(call, scene); return { running, first: running.next() }; });
  function* outcomeOf({ running, first }) {
    let item = first;
    while (!item.done) { let sent; try { sent = yield item.value; } catch (error) { item = running.throw(error); continue; } item = running.next(sent); }
    return item.value;
  }
  for (const [at, call] of calls.entries()) {
    const { name, arguments: rawArgs } = call.function;
    const outcome = yield* outcomeOf(started[at]);
`,
    invariant: 'equals-oracle',
  },
  {
    what: 'the first handoff of a turn wins',
    file: loop,
    find: 'if (outcome.handoff) handoff =',
    replace: 'if (outcome.handoff && !handoff) handoff =',
    invariant: 'equals-oracle',
  },
  {
    what: 'a handoff takes effect within its turn',
    file: loop,
    find: 'if (outcome.handoff) handoff =',
    replace:
      'if (outcome.handoff) scene.prepared = prepareAgent(outcome.handoff);\n    if (outcome.handoff) handoff =',
    invariant: 'only-offered-tools-run',
  },
  {
    what: 'a handoff in answered calls is lost',
    file: pendingCalls,
    find: 'return { agent: state.agent, messages,',
    replace: 'return { agent, messages,',
    invariant: 'answered-equals-uninterrupted',
  },
  {
    what: 'answered calls are in no trace',
    file: pendingCalls,
    find: '  rememberAnswered(messages,',
    replace: '  if (messages.length < 0) rememberAnswered(messages,',
    invariant: 'answered-equals-uninterrupted',
  },
  {
    what: 'answered calls call no hooks',
    file: pendingCalls,
    find: 'stateOf(provider, hooks,',
    replace: 'stateOf(provider, hooks.slice(0, 0),',
    invariant: 'answered-equals-uninterrupted',
  },
  {
    what: 'a handoff ends the run',
    file: loop,
    find: '    yield* answerCalls(state, agent, prepared, turn, calls);\n',
    replace:
      "    yield* answerCalls(state, agent, prepared, turn, calls);\n    if (state.agent !== agent) return 'completed';\n",
    invariant: 'stop-reason-is-true',
  },
  {
    what: 'a handoff forgets the history',
    file: loop,
    find: 'state.agent = handoff.to;',
    replace: 'state.agent = handoff.to; state.history.length = 1;',
    invariant: 'requests-grow-by-what-happened',
  },
  {
    what: 'a handoff forgets the context',
    file: loop,
    find: 'state.agent = handoff.to;',
    replace:
      'state.agent = handoff.to; for (const key in state.contextVariables) delete state.contextVariables[key];',
    invariant: 'equals-oracle',
  },
  {
    what: 'updates of a result are seen within their turn',
    file: loop,
    find: 'if (outcome.contextVariables) changes.push(outcome.contextVariables);',
    replace: 'if (outcome.contextVariables) mergeContext(state.contextVariables, outcome.contextVariables);',
    invariant: 'equals-oracle',
  },
  {
    what: 'the updates of a turn are merged in reverse',
    file: loop,
    find: 'for (const change of changes) merge',
    replace: 'for (const change of changes.toReversed()) merge',
    invariant: 'equals-oracle',
  },
  {
    what: 'a turn too many',
    file: loop,
    find: 'turn <= state.maxTurns; turn++',
    replace: 'turn <= state.maxTurns + 1; turn++',
    invariant: 'turns-within-limit',
  },
  {
    what: 'a turn too few',
    file: loop,
    find: 'turn <= state.maxTurns; turn++',
    replace: 'turn < state.maxTurns; turn++',
    invariant: 'stop-reason-is-true',
  },
  {
    what: 'at the limit the tools do not run',
    file: loop,
    find: "    if (!state.executeTools) return 'interrupted';\n",
    replace:
      "    if (!state.executeTools) return 'interrupted';\n    if (turn === state.maxTurns) return 'max_turns';\n",
    invariant: 'tools-of-the-last-turn-run',
  },
  {
    what: 'executeTools is ignored',
    file: loop,
    find: "    if (!state.executeTools) return 'interrupted';\n",
    replace: '',
    invariant: 'interrupted-before-tools',
  },
  {
    what: 'a run is interrupted after its tools',
    file: loop,
    find: "    if (!state.executeTools) return 'interrupted';\n    yield* answerCalls(state, agent, prepared, turn, calls);\n",
    replace:
      "    yield* answerCalls(state, agent, prepared, turn, calls);\n    if (!state.executeTools) return 'interrupted';\n",
    invariant: 'interrupted-before-tools',
  },
  {
    what: 'an answer has the name of its tool as the call id',
    file: loop,
    find: "role: 'tool', tool_call_id: call.id, content",
    replace: "role: 'tool', tool_call_id: name, content",
    invariant: 'every-call-answered-once',
  },
  {
    what: 'the trace has another call id than the request',
    file: loop,
    find: '      toolCallId: call.id,\n',
    replace: '      toolCallId: name,\n',
    invariant: 'requests-grow-by-what-happened',
  },
  {
    what: 'the trace swaps the agents of a handoff',
    file: loop,
    find: 'from: agent.name, to: handoff.to.name',
    replace: 'from: handoff.to.name, to: agent.name',
    invariant: 'sender-is-the-prompted-agent',
  },
  {
    what: 'the trace ends with the agent it began with',
    file: loop,
    find: "yield { type: 'run-end', agent: state.agent.name, outcome };",
    replace: "yield { type: 'run-end', agent: state.events[0].agent, outcome };",
    invariant: 'response-is-what-happened',
  },
  {
    what: 'the trace adds later messages to a request',
    file: 'trace/materialize.ts',
    find: 'event.history.slice(1, event.length)',
    replace: 'event.history.slice(1)',
    invariant: 'requests-grow-by-what-happened',
  },
  {
    what: 'the trace leaves out deleted variables',
    file: context,
    find: '.filter((key) => !Object.hasOwn(after, key))',
    replace: '.filter(() => false)',
    invariant: 'context-changes-add-up',
  },
  {
    what: 'the first agent is the sender of every answer',
    file: askModel,
    find: "yield { type: 'model-response', turn, agent: agent.name,",
    replace: "yield { type: 'model-response', turn, agent: state.events[0].agent,",
    invariant: 'sender-is-the-prompted-agent',
  },
  {
    what: 'the instructions of the first turn are never replaced',
    file: askModel,
    find: 'if (history[0]?.content !== content)',
    replace: "if (history[0]?.content === '')",
    invariant: 'equals-oracle',
  },
  {
    what: 'instructions receive the context without a copy',
    file: askModel,
    find: 'const context = ownContext(state.contextVariables);',
    replace: 'const context = state.contextVariables;',
    invariant: 'equals-oracle',
  },
  {
    what: 'the provider receives the history without a copy',
    file: askModel,
    find: 'const messages = history.slice();',
    replace: 'const messages = history;',
    invariant: 'scribbling-provider-changes-nothing',
  },
  {
    what: 'the provider receives the list of tools without a copy',
    file: askModel,
    find: '? { model, messages, tools: tools.slice(), parallel_tool_calls }',
    replace: '? { model, messages, tools, parallel_tool_calls }',
    invariant: 'scribbling-provider-changes-nothing',
  },
  {
    what: 'the modelOverride of a run is ignored',
    file: askModel,
    find: 'state.modelOverride ?? agent.model',
    replace: 'agent.model',
    invariant: 'equals-oracle',
  },
  {
    what: 'a failure of the model is taken for an empty answer',
    file: askModel,
    find: 'error: modelError(error) };\n    throw error;',
    replace:
      "error: modelError(error) };\n    answer = { message: { role: 'assistant', content: '' }, calls: [], finishReason: 'stop', usage: undefined };",
    invariant: 'model-error-ends-the-run',
  },
  {
    what: 'arguments that do not parse reject the run',
    file: toolCall,
    find: "  if (!('args' in parsed)) {\n",
    replace: "  if (!('args' in parsed)) {\n    throw new SyntaxError('no JSON');\n",
    invariant: 'only-the-model-fails-a-run',
  },
  {
    what: 'tools are looked up in an object literal',
    file: toolCall,
    find: 'scene.prepared.tools.get(name)',
    replace: 'Object.assign({}, ...[...scene.prepared.tools].map(([key, one]) => ({ [key]: one })))[name]',
    invariant: 'only-offered-tools-run',
  },
  {
    what: 'a tool runs twice',
    file: toolCall,
    find: '      : tool.execute(checked.args, context);\n',
    replace:
      '      : (Promise.resolve(tool.execute(checked.args, context)).catch(() => {}), tool.execute(checked.args, context));\n',
    invariant: 'equals-oracle',
  },
  {
    what: 'an async tool is not awaited',
    file: toolCall,
    find: 'isPromiseLike(returned) ? yield returned : returned',
    // A rejection that comes later must not count as unhandled.
    replace: '(returned?.catch?.(() => {}), returned)',
    invariant: 'equals-oracle',
  },
  {
    what: 'the answer to a failed call does not begin with "Error"',
    file: toolCall,
    find: 'return { content: `Error: ${text}`, error };',
    replace: 'return { content: text, error };',
    invariant: 'failed-calls-are-told',
  },
  {
    what: 'a tool that threw rejects the run',
    file: toolCall,
    find: '    thrown = { error };\n',
    replace: '    throw error;\n',
    invariant: 'only-the-model-fails-a-run',
  },
  {
    what: 'a tool runs although the run was aborted',
    file: toolCall,
    find: "'beforeTool', { ...about, args: seen });\n    scene.throwIfAborted();",
    replace: "'beforeTool', { ...about, args: seen });",
    invariant: 'aborted-run-stops',
  },
  {
    what: 'the context is replaced',
    file: context,
    find: '  for (const key of Object.keys(changes)) setOwn(target,',
    replace:
      '  for (const key of Object.keys(target)) delete target[key];\n  for (const key of Object.keys(changes)) setOwn(target,',
    invariant: 'equals-oracle',
  },
  {
    what: 'the context is copied one level deep',
    file: context,
    find: 'if (isPlainObject(context)) return copyData(context);',
    replace: 'if (isPlainObject(context)) return { ...context };',
    invariant: 'input-is-untouched',
  },
  {
    what: "the context is the caller's object",
    file: swarm,
    find: 'contextVariables: ownContext(contextVariables),',
    replace: 'contextVariables,',
    invariant: 'input-is-untouched',
  },
  {
    what: "the caller's messages are changed",
    file: 'engine/model/messages.ts',
    find: '  return freezeData(copyData({ ...message }));\n',
    replace: "  message.name ??= 'entered';\n  return freezeData(copyData({ ...message }));\n",
    invariant: 'input-is-untouched',
  },
  {
    what: 'sender and tool_name are sent to the model',
    file: 'engine/model/messages.ts',
    find: "  if (!('sender' in message) && !('tool_name' in message)) return message;\n",
    replace: '  return message;\n',
    invariant: 'requests-are-clean',
  },
  {
    what: 'text beside calls is lost',
    file: 'engine/model/completion.ts',
    find: "content: isEmpty ? '' : content };",
    replace: "content: isEmpty ? '' : calls.length > 0 ? null : content };",
    invariant: 'equals-oracle',
  },
  {
    what: 'only the first call of each chunk counts',
    file: fold,
    find: 'for (const call of value) this.#addCall(call);',
    replace: 'this.#addCall(value[0]);',
    invariant: 'chunks-change-nothing',
  },
  {
    what: 'only the last piece of streamed arguments counts',
    file: fold,
    find: 'call.function.arguments += args;',
    replace: 'call.function.arguments = args;',
    invariant: 'streamed-equals-not',
  },
  {
    what: 'a streamed refusal is lost',
    file: fold,
    find: "if (key === 'role' || key === 'function_call') continue;",
    replace: "if (key === 'role' || key === 'function_call' || key === 'refusal') continue;",
    invariant: 'streamed-equals-not',
  },
  {
    what: 'the usage of a stream is lost',
    file: fold,
    find: "this.#usage = chunk['usage'];",
    replace: 'this.#usage = undefined;',
    invariant: 'usage-adds-up',
  },
  {
    what: 'a stream runs ahead of its reader',
    file: activeRun,
    find: '          this.#resolve(value);\n          return;\n',
    replace:
      "          this.#resolve(value);\n          if (value.delim !== 'end') return;\n          item = this.#loop.next();\n          continue;\n",
    invariant: 'abandoned-stream-stops',
  },
  {
    what: 'a stream that was left is not closed',
    file: 'engine/run/read-stream.ts',
    find: 'if (open || state.signal?.aborted)',
    replace: 'if (state.signal?.aborted)',
    invariant: 'abandoned-stream-stops',
  },
  {
    what: 'leaving a stream does not wait until it is closed',
    file: activeRun,
    find: '      await closing;\n',
    replace: '',
    invariant: 'abandoned-stream-stops',
  },
  {
    what: 'the pieces of a text are not shown',
    file: 'engine/run/read-stream.ts',
    find: 'if (!delta) continue;',
    replace: "if (!delta || delta['content']) continue;",
    invariant: 'seen-from-outside',
  },
  {
    what: 'an aborted run counts as failed',
    file: 'engine/run/run-state.ts',
    find: 'return signal?.aborted === true && error === signal.reason;',
    replace: 'return false;',
    invariant: 'aborted-run-stops',
  },
  {
    what: 'an aborted run is rejected with another error',
    file: activeRun,
    find: 'item = this.#loop.throw(signal.reason);',
    replace: "item = this.#loop.throw(new Error('aborted'));",
    invariant: 'aborted-run-stops',
  },
  {
    what: 'the answers to calls depend on their ids',
    file: loop,
    find: '    const { content, error, thrown } = outcome;\n',
    replace:
      "    let { content, error, thrown } = outcome;\n    if (call.id.startsWith('renamed')) content += '!';\n",
    invariant: 'renamed-ids-rename-only-ids',
  },
  {
    what: 'state is kept from run to run',
    file: loop,
    find: "    if (calls.length === 0) return 'completed';\n",
    replace:
      "    if (calls.length === 0) { globalThis.mutantRuns = (globalThis.mutantRuns ?? 0) + 1; if (globalThis.mutantRuns % 2) yield { type: 'context-change', turn, set: {}, deleted: [] }; return 'completed'; }\n",
    invariant: 'same-twice',
  },
  {
    what: 'tools that failed are reported as not executed',
    file: toolCall,
    find: 'if (scene.hooks.length > 0) outcome.executed =',
    replace: 'if (scene.hooks.length > 0 && !thrown) outcome.executed =',
    invariant: 'executions-are-counted',
  },
  {
    what: 'the turn limit drops the last answer',
    file: activeRun,
    find: 'this.#response = new RunResponse(',
    replace:
      "if (stopReason === 'max_turns') this.events.splice(this.events.findLastIndex((event) => event.type === 'tool-result'), 1);\n    this.#response = new RunResponse(",
    invariant: 'cut-and-resumed-equals-uninterrupted',
  },
  {
    what: 'an interrupted run loses all calls but the first',
    file: 'engine/run/run-record.ts',
    find: "if (event.type === 'model-response') messages.push(leave(event.message, event.agent));",
    replace:
      "if (event.type === 'model-response') messages.push(leave(events.some((one) => one.type === 'tool-result') ? event.message : { ...event.message, tool_calls: event.message.tool_calls?.slice(0, 1) }, event.agent));",
    invariant: 'interrupted-and-resumed-equals-uninterrupted',
  },
  {
    what: 'a turn limit changes the turns before it',
    file: loop,
    find: "    if (calls.length === 0) return 'completed';\n",
    replace:
      "    if (calls.length === 0) return 'completed';\n    if (state.maxTurns === 2 && turn === 1) state.history.push(Object.freeze({ role: 'user', content: 'Hurry.' }));\n",
    invariant: 'fewer-turns-is-a-prefix',
  },
];
