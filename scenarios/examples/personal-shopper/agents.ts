import { Agent } from 'swarmcheck';
import { openShop, type Shop } from './shop.ts';
import { shopTools, type Visit } from './tools.ts';

/** The shop of each agent, so that a test finds the database of a run. */
const shops = new WeakMap<Agent, Shop>();

const customer = ({ user_id }: Visit) =>
  user_id === undefined ? 'Nobody is signed in yet.' : `You talk to customer ${user_id}.`;

/**
 * Creates the agents of a shop. Disposing of any of them closes the shop: a scenario disposes of its agent at the
 * end, and `await using triage = …` does so elsewhere.
 */
export function makeShopper(shop: Shop) {
  const tools = shopTools(shop);
  const dispose = () => shop[Symbol.dispose]();
  const triage = new Agent<Visit>({
    name: 'Triage',
    instructions: (visit) =>
      `${customer(visit)} Sign the customer in, find out what they want, and transfer them. Answer nothing else.`,
    functions: [
      tools.sign_in,
      function transfer_to_refunds() {
        return refunds;
      },
      function transfer_to_sales() {
        return sales;
      },
    ],
    dispose,
  });
  function back_to_triage() {
    return triage;
  }
  const refunds = new Agent<Visit>({
    name: 'Refunds',
    instructions: (visit) =>
      `${customer(visit)} Take orders back. Ask for the reason, and say what was refused and why.`,
    functions: [
      tools.look_up_order,
      tools.list_orders,
      tools.refund_item,
      tools.notify_customer,
      back_to_triage,
    ],
    dispose,
  });
  const sales = new Agent<Visit>({
    name: 'Sales',
    instructions: (visit) => `${customer(visit)} Help them to find what they like, and order it for them.`,
    functions: [tools.search_products, tools.order_item, tools.notify_customer, back_to_triage],
    dispose,
  });
  for (const agent of [triage, refunds, sales]) shops.set(agent, shop);
  return { triage, refunds, sales };
}

/** Triage of a new shop, which it shares with no other conversation. */
export const shopper = () => makeShopper(openShop()).triage;

/** The shop of a response. */
export function shopOf(response: { agent: Agent } | undefined): Shop {
  const shop = response && shops.get(response.agent);
  if (!shop) throw new TypeError('No shop belongs to this response: its agent comes from no makeShopper.');
  return shop;
}
