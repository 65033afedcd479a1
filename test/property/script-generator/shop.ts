/** Three agents with circular handoffs and tools of many kinds. One tool takes arguments and hands off. */
import { Agent, tool } from 'swarmcheck';
import type { Surface } from '../../../src/property/surface.ts';

const text = { type: 'string' };
const refundParameters = {
  type: 'object',
  properties: {
    orderId: { type: 'string', pattern: '^[A-Z]-[0-9]{1,4}$' },
    amount: { type: 'number', exclusiveMinimum: 0, maximum: 500 },
    reason: { enum: ['late', 'broken'] },
  },
  required: ['orderId', 'amount'],
} as const;
const lookUpParameters = { type: 'object', properties: { orderId: text }, required: ['orderId'] } as const;
const escalateParameters = { type: 'object', properties: { summary: text }, required: ['summary'] } as const;
const none = { type: 'object', properties: {} };

/** The surface of the agents that `agents` makes. */
export const surface: Surface = {
  agents: [
    {
      name: 'Triage',
      tools: [
        { name: 'look_up', parameters: lookUpParameters },
        { name: 'transfer_to_refunds', parameters: none, handsOffTo: 1 },
      ],
    },
    {
      name: 'Refunds',
      tools: [
        { name: 'look_up', parameters: lookUpParameters },
        { name: 'issue_refund', parameters: refundParameters },
        { name: 'escalate', parameters: escalateParameters, handsOffTo: 2 },
        { name: 'transfer_to_triage', parameters: none, handsOffTo: 0 },
        { name: 'transfer_to_refunds', parameters: none, handsOffTo: 1 },
      ],
    },
    {
      name: 'Support',
      tools: [
        { name: 'close_ticket', parameters: none },
        { name: 'transfer_to_triage', parameters: none, handsOffTo: 0 },
      ],
    },
  ],
};

/** Makes new agents. Returns the first. */
export function agents({ refusesToEscalate = false } = {}): Agent {
  const lookUp = tool({
    name: 'look_up',
    parameters: lookUpParameters,
    execute: ({ orderId }) => `${orderId} is on its way`,
  });
  const transfer_to_triage = () => triage;
  const transfer_to_refunds = () => refunds;
  const triage: Agent = new Agent({ name: 'Triage', functions: [lookUp, transfer_to_refunds] });
  const refunds: Agent = new Agent({
    name: 'Refunds',
    functions: [
      lookUp,
      tool({
        name: 'issue_refund',
        parameters: refundParameters,
        execute: ({ amount }) => `${amount} refunded`,
      }),
      tool({
        name: 'escalate',
        parameters: escalateParameters,
        execute: () => {
          if (refusesToEscalate) throw new Error('nobody is there');
          return support;
        },
      }),
      transfer_to_triage,
      transfer_to_refunds,
    ],
  });
  const support: Agent = new Agent({
    name: 'Support',
    functions: [
      function close_ticket() {
        return 'closed';
      },
      transfer_to_triage,
    ],
  });
  return triage;
}
