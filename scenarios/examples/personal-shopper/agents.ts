import { Agent } from 'swarmcheck';
import { openShop, type Shop } from './shop.ts';
import { shopTools, type Visit } from './tools.ts';

/** Which shop an agent works in, so that a test finds the database of the very run it looks at. */
const shops = new WeakMap<Agent, Shop>();

const customer = ({ user_id }: Visit) =>
  user_id === undefined ? 'Nobody is signed in yet.' : `You talk to customer ${user_id}.`;

/**
 * The agents of a shop. It is closed together with any of them: at the end of the scenario that made them, and elsewhere by
 * `await using triage = …`.
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

/** Triage of a shop that has just opened: nothing of it is shared with any other conversation. */
export const shopper = () => makeShopper(openShop()).triage;

/** The shop that a response comes from. */
export function shopOf(response: { agent: Agent } | undefined): Shop {
  const shop = response && shops.get(response.agent);
  if (!shop) throw new TypeError('No shop belongs to this response: its agent comes from no makeShopper.');
  return shop;
}
