export type {
  Outcome,
  ToolErrorKind,
  TracedHandoff,
  TracedRequest,
  TracedToolCall,
  TraceEvent,
} from './engine/run/events.ts';
export { ScriptExhaustedError, ScriptMistakeError, ScriptNotFinishedError } from './script/script-errors.ts';
export type { Fault } from './script/faults.ts';
export { scriptedProvider } from './script/scripted-provider.ts';
export type { ScriptedProvider } from './script/scripted-provider.ts';
export { callTool, callTools, modelFails, refuse, say, user } from './script/steps.ts';
export type {
  CallStep,
  ModelStep,
  Step,
  StepOptions,
  StepUsage,
  ToolCallStep,
  UserStep,
} from './script/steps.ts';
export type { Trace } from './trace/trace.ts';
export type { AgentNaming } from './wire/agent-names.ts';
export type { MockModel } from './wire/mock-model.ts';
export type { TraceDifference } from './trace/difference.ts';
export { traceOf } from './trace/trace-of.ts';
export { thrownBy } from './trace/thrown-by.ts';
export { traceSerializer } from './trace/trace-serializer.ts';
export type { TraceSerializer } from './trace/trace-serializer.ts';
export { EventLoopBlockedError, assertNoBlocking } from './scenario/blocking.ts';
export { runScenario } from './scenario/run-scenario.ts';
export type { RunScenarioOptions, Transport } from './scenario/run-scenario.ts';
export { externalAgent } from './scenario/external-agent.ts';
export type { ExternalAgent, ExternalTurn } from './scenario/external-agent.ts';
export { defineScenario } from './scenario/define-scenario.ts';
export type { AgentUnderTest, Expectations, Scenario, ScenarioRun } from './scenario/scenario.ts';
export { stubTools } from './scenario/stub-tools.ts';
export type { ToolStub } from './scenario/stub-tools.ts';
export { ScenarioFailedError } from './scenario/scenario-failed-error.ts';
export { ScenarioTimeoutError } from './scenario/timeout.ts';
export type { ToolCallPattern, Trajectory, TrajectoryItem } from './scenario/trajectory.ts';
export type { SeenPattern } from './scenario/assertions/requests.ts';
export { cassetteProvider } from './cassette/cassette-provider.ts';
export type { CassetteOptions, CassetteProvider, RecordMode } from './cassette/cassette-provider.ts';
export {
  CassetteAmbiguityError,
  CassetteFileError,
  CassetteMismatchError,
  CassetteMissError,
  CassetteUnusedError,
} from './cassette/cassette-errors.ts';
export type { Drift } from './cassette/cassette-errors.ts';
export { recordingProvider } from './cassette/recording-provider.ts';
export type { RecordingProvider } from './cassette/recording-provider.ts';
export type { Redact } from './secrets/redactor.ts';
export { replayProvider } from './cassette/replay-provider.ts';
export type { ReplayOptions, ReplayProvider } from './cassette/replay-provider.ts';
export { replayTools } from './cassette/replay-tools.ts';
export type { CassetteSummary, MismatchPolicy } from './cassette/session-settings.ts';
export type { EvaluationCase, ExpectedAnswer, ExpectedCall } from './evaluation/cases.ts';
export { sweepFaults } from './sweep/sweep-faults.ts';
export type { FaultSweepOptions } from './sweep/sweep-faults.ts';
export type { FaultOutcome, FaultSweep, SweptFault } from './sweep/fault-sweep.ts';
export { evaluate } from './evaluation/evaluate.ts';
export type { EvaluateOptions } from './evaluation/options.ts';
export { EvaluationFailedError } from './evaluation/evaluation.ts';
export type { EvaluatedAnswer, EvaluatedCase, Evaluation, PassK } from './evaluation/evaluation.ts';
export { judge, JudgeError } from './evaluation/judge.ts';
export type { Judgement, JudgeOptions } from './evaluation/judge.ts';
export type { StopEarly, StopRule, StopVerdict } from './evaluation/sequential-test.ts';
