/** The full text of messages that other tests assert only by class and fields. */
import { tool, Agent } from 'swarmcheck';
import { checkAgent, scriptFor } from 'swarmcheck/fast-check';
import { startMocking } from 'swarmcheck/msw';
import { externalAgent, runScenario, say, sweepFaults, user } from 'swarmcheck/testing';
import { expect, test } from 'vitest';
import { invariantNames } from '../../src/property/invariants/invariants.ts';
import { scriptFeatures as features } from '../../src/property/script-generator/features.ts';
import { messageOf } from '../support/failures.ts';

const agent = new Agent({ name: 'Desk' });
const steps = [user('Hi.'), say('Hello.')];

const app = externalAgent(async () => {});

const scriptFeatures = Object.keys(features).join(', ');

const texts: Record<string, [mistake: () => unknown, message: string]> = {
  'an engine option for an external agent': [
    () => runScenario({ name: 'refund', agent: app, steps, maxTurns: 3 }),
    'The scenario "refund" sets "maxTurns" for an externalAgent, but the app decides on it. Set it in the app, or remove the field.',
  ],
  'a sweep with an unknown kind of fault': [
    () => sweepFaults({ agent, steps }, { faults: ['stat' as 'status'] }),
    'sweepFaults has a field "faults" that must be a list of at least one of these kinds of faults: status, reset, no-answer, hung-body, malformed-json, html, empty-choices, missing-choices, no-finish-reason, cut, bad-frame, but is an array of 1 item. The list has "stat". Did you mean "status"?',
  ],
  'a sweep of a script without model steps': [
    () => sweepFaults({ agent, steps: [user('Hi.')] }),
    'The scenario has no step of the model, so no request could fail.',
  ],
  'an unknown transport': [
    () => runScenario({ agent, steps }, { transport: 'tcp' as 'http' }),
    'The transport "tcp" is unknown. Use "in-process" or "http".',
  ],
  'a script of one step': [
    () => scriptFor(agent, { maxSteps: 1 }),
    'The "maxSteps" of scriptFor must be a whole number above 1, for a step of the user and one of the model, but is the number 1.',
  ],
  'a feature with an invalid weight': [
    () => scriptFor(agent, { features: { unicode: -1 } }),
    'The feature "unicode" of scriptFor must be true, false, or a weight from 0 to 1000, but is the number -1.',
  ],
  'an invalid host': [
    () => startMocking({ allow: ['a b'] }),
    '"allow" must list hosts, such as "api.example.com" or "10.0.0.2:5432", but "a b" is not a host.',
  ],
  'a list instead of an object of features': [
    () => scriptFor(agent, { features: ['unicode'] as never }),
    `The "features" of scriptFor must be an object, such as { "unknown-tool": false }, but is an array of 1 item. The features are: ${scriptFeatures}.`,
  ],
  'an unknown feature': [
    () => scriptFor(agent, { features: { refusals: true } as never }),
    `scriptFor has no feature "refusals". Did you mean "refusal"? The features are: ${scriptFeatures}.`,
  ],
  'an option of a check of another kind': [
    () => checkAgent(agent, { runs: 0 }),
    'The option "runs" of checkAgent must be a whole number above 0, but is the number 0.',
  ],
  'the name of an invariant in place of a list': [
    () => checkAgent(agent, { invariants: 'turns-within-limit' as never }),
    'The option "invariants" of checkAgent must be "all", "none", or a list of names of invariants, but is the string "turns-within-limit". Write ["turns-within-limit"].',
  ],
  'own invariants as a list': [
    () => checkAgent(agent, { always: [() => {}] as never }),
    'The option "always" of checkAgent must be an object with a function for each name, but is an array of 1 item. Write { "name": (run) => … }.',
  ],
  'an own invariant that is no function': [
    () => checkAgent(agent, { always: { mine: true as never } }),
    'The option "always" of checkAgent must be an object with a function for each name, but is an object. Its "mine" is the boolean true.',
  ],
  'an invariant that there is not': [
    () => checkAgent(app, { invariants: ['trace-is-wel-formed'] as never }),
    `checkAgent has no invariant "trace-is-wel-formed". Did you mean "trace-is-well-formed"? The invariants are: ${invariantNames.join(', ')}.`,
  ],
  'an option of the engine for a check of an app': [
    () => checkAgent(app, { maxTurns: 5 }),
    'checkAgent does not take "maxTurns" for an externalAgent, because the app decides on it. Set it in the app, or remove the option.',
  ],
  'an invariant of the engine for an app': [
    () => checkAgent(app, { invariants: ['turns-within-limit'] }),
    'The invariant "turns-within-limit" applies only to agents of this engine. The invariants for an externalAgent are: every-call-answered-once, trace-is-well-formed.',
  ],
  'the class of an agent in place of one to check': [
    () => checkAgent(Agent as never),
    'The agent of checkAgent must be an Agent, but is the class Agent. Write new Agent(…).',
  ],
  'parameters that are not the schema of an object': [
    () => {
      const a = tool({ name: 'a', parameters: { type: 'string' } as never, execute: () => '' });
      return runScenario({ agent: new Agent({ name: 'Desk', functions: [a] }), steps }).then(({ error }) => {
        throw error;
      });
    },
    'Function 1 of agent "Desk", "a", has parameters that are not the schema of an object. The model sends arguments by name: use { type: \'object\', properties: … }.',
  ],
};

test.for(Object.entries(texts))('%s has this message', async ([, [mistake, message]]) => {
  expect(await messageOf(mistake)).toBe(message);
});
