import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, Result, tool } from 'swarmcheck';
import type { AgentUnderTest, ScenarioRun } from 'swarmcheck/testing';
import { checkWith } from '../../../src/property/check-agent/check-agent.ts';
import type { Caller } from '../../../src/property/check-agent/setup.ts';
import { CheckFailedError } from '../../../src/property/check-agent/check-failed-error.ts';
import type { CheckOptions } from '../../../src/property/check-agent/options.ts';

const order = { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] } as const;

/** Refunds only verified customers. The bug: it also refunds if the model asks for both in one turn. */
export const refunds = new Agent({
  name: 'Refunds',
  functions: [
    tool({
      name: 'verify_identity',
      parameters: { type: 'object', properties: { code: { type: 'integer' } }, required: ['code'] },
      execute({ code }, { contextVariables }) {
        contextVariables['verification'] = 'asked';
        const verification = Number(code) % 2 === 0 ? 'passed' : 'refused';
        return new Result({ value: verification, contextVariables: { verification } });
      },
    }),
    tool({
      name: 'issue_refund',
      parameters: order,
      execute({ orderId }, { contextVariables }) {
        const { verification = 'refused' } = contextVariables as { verification?: string };
        return verification === 'refused' ? 'The customer is not verified.' : `refunded ${String(orderId)}`;
      },
    }),
    tool({ name: 'look_up', parameters: order, execute: ({ orderId }) => ({ orderId, paid: true }) }),
    function back_to_triage() {
      return triage;
    },
  ],
});

/** Hands off to Refunds. */
export const triage: Agent = new Agent({
  name: 'Triage',
  functions: [
    function transfer_to_refunds() {
      return refunds;
    },
    tool({
      name: 'search',
      parameters: { type: 'object', properties: { query: { type: 'string' }, limit: { type: 'integer' } } },
      execute: () => 'nothing found',
    }),
  ],
});

/** Throws unless a verification passed before each refund, in an earlier turn. */
export function verifiedFirst({ trace }: ScenarioRun): void {
  for (const [index, refund] of trace.toolCalls.entries()) {
    if (refund.tool !== 'issue_refund' || !refund.content.startsWith('refunded')) continue;
    const passed = trace.toolCalls
      .slice(0, index)
      .some(
        ({ tool: name, content, run, turn }) =>
          name === 'verify_identity' && content === 'passed' && (run < refund.run || turn < refund.turn),
      );
    if (!passed) throw new Error(`a refund in turn ${refund.turn}, and nobody was verified before it`);
  }
}

/** A temporary folder for saved failures, and checks that use it. Disposing deletes it. */
export class Failures implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'swarmcheck-failures-'));

  get files(): string[] {
    return readdirSync(this.folder);
  }

  /** Runs a check that uses this folder. */
  check(agent: AgentUnderTest, options: CheckOptions = {}, caller?: Caller) {
    return checkWith(agent, { failures: this.folder, ...options }, caller);
  }

  /** The error with which a check fails. Throws if the check passes. */
  async failureOf(
    agent: AgentUnderTest,
    options: CheckOptions = {},
    caller?: Caller,
  ): Promise<CheckFailedError> {
    try {
      await this.check(agent, options, caller);
    } catch (error) {
      if (error instanceof CheckFailedError) return error;
      throw error;
    }
    throw new Error('The check passed.');
  }

  /** A message without the parts that depend on the generator or the folder. */
  shown({ message }: Error): string {
    return message
      .replaceAll(this.folder.replaceAll('\\', '/'), 'failures')
      .replace(/path: '[\d:]+'/, "path: '…'")
      .replace(/of \d+ steps, saved/, 'of … steps, saved');
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Runs a check whose failures are not kept. */
export async function check(agent: AgentUnderTest, options: CheckOptions = {}) {
  using failures = new Failures();
  return await failures.check(agent, options);
}
