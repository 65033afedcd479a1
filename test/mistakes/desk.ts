import { Agent, tool, type Message } from 'swarmcheck';

/** The agent in whose use the mistakes are made: it looks orders up. */
export const desk = new Agent({
  name: 'Desk',
  functions: [
    tool({
      name: 'look_up',
      parameters: { type: 'object', properties: { orderId: { type: 'string' } }, required: ['orderId'] },
      execute: ({ orderId }) => `${orderId} is paid`,
    }),
  ],
});

/** What it is asked. */
export const messages: Message[] = [{ role: 'user', content: 'Where is A-17?' }];
