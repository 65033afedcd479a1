import { Result, tool, type ToolContext } from 'swarmcheck';
import { z } from 'zod';
import { sql, type Shop } from './shop.ts';

/** What the agents know about the customer: nothing before the customer signs in. */
export interface Visit {
  user_id?: number;
}

/** The age in days up to which an order can be refunded. */
const refundDays = 30;

const id = z.int().positive();

interface Receipt {
  order_id: number;
  ordered_on: string;
  age_days: number;
  items: string;
  paid_cents: number;
  /** The date, or null. */
  refunded_on: string | null;
}

/**
 * The tools of the agents of a shop. They enforce the rules of the shop, because a model can be talked out of its
 * instructions. Breaking a rule throws an error: the model gets its message, and the transaction is undone.
 */
export function shopTools({ all, run, transaction }: Shop) {
  function signedIn({ user_id }: Visit): number {
    if (user_id === undefined) throw new Error('nobody is signed in. Ask the customer to sign in first.');
    return user_id;
  }

  /**
   * Compares the number given by the model with the customer who is signed in: the model may have invented it, or
   * taken it from another customer.
   */
  function checkCustomer(user_id: number, visit: Visit): void {
    const own = signedIn(visit);
    if (own !== user_id) throw new Error(`customer ${own} is signed in, and not customer ${user_id}.`);
  }

  const receiptsOf = (user_id: number) =>
    all<Receipt>(sql`
      SELECT order_id, ordered_on, age_days, items, paid_cents, refunded_on
      FROM receipts WHERE user_id = ${user_id} ORDER BY order_id`);

  /** Another customer's order is answered like an unknown one, so that nothing about it is revealed. */
  function receiptOf(user_id: number, order_id: number): Receipt {
    const receipt = receiptsOf(user_id).find((one) => one.order_id === order_id);
    if (!receipt)
      throw new Error(`customer ${user_id} has no order ${order_id}. list_orders shows which there are.`);
    return receipt;
  }

  function newOrderOf(user_id: number): number {
    const [order] = all<{ id: number }>(sql`
      INSERT INTO orders (user_id, ordered_on) SELECT ${user_id}, today FROM calendar RETURNING id`);
    return order!.id;
  }

  return {
    sign_in: tool({
      name: 'sign_in',
      description: 'Signs a customer in, by their number and the last four digits of their phone.',
      parameters: z.object({ user_id: id, phone_ends: z.string().regex(/^\d{4}$/) }),
      execute({ user_id, phone_ends }) {
        const [user] = all<{ name: string }>(sql`
          SELECT name FROM users
          WHERE id = ${user_id} AND substr(replace(phone, ' ', ''), -4) = ${phone_ends}`);
        if (!user) throw new Error('no customer has this number and this phone.');
        return new Result<Visit>({
          value: `${user.name} is signed in as customer ${user_id}.`,
          contextVariables: { user_id },
        });
      },
    }),

    look_up_order: tool({
      name: 'look_up_order',
      description: 'Shows one order of the customer who is signed in.',
      parameters: z.object({ order_id: id }),
      execute: ({ order_id }, { contextVariables }: ToolContext<Visit>) =>
        receiptOf(signedIn(contextVariables), order_id),
    }),

    list_orders: tool({
      name: 'list_orders',
      description: 'Shows all orders of a customer.',
      parameters: z.object({ user_id: id }),
      execute({ user_id }, { contextVariables }: ToolContext<Visit>) {
        checkCustomer(user_id, contextVariables);
        return receiptsOf(user_id);
      },
    }),

    refund_item: tool({
      name: 'refund_item',
      description: `Takes an order back and gives the money back, once, within ${refundDays} days.`,
      parameters: z.object({ user_id: id, order_id: id, reason: z.string() }),
      execute({ user_id, order_id, reason }, { contextVariables }: ToolContext<Visit>) {
        checkCustomer(user_id, contextVariables);
        return transaction(() => {
          const { refunded_on, age_days, paid_cents } = receiptOf(user_id, order_id);
          if (refunded_on) throw new Error(`order ${order_id} was refunded on ${refunded_on}.`);
          if (age_days > refundDays)
            throw new Error(
              `order ${order_id} is ${age_days} days old, and refunds end after ${refundDays} days.`,
            );
          run(sql`INSERT INTO refunds SELECT ${order_id}, ${paid_cents}, ${reason}, today FROM calendar`);
          run(sql`
            UPDATE products SET stock = stock + quantity
            FROM order_lines WHERE product_id = products.id AND order_id = ${order_id}`);
          return { order_id, refunded_cents: paid_cents };
        });
      },
    }),

    notify_customer: tool({
      name: 'notify_customer',
      description: 'Tells a customer, by e-mail or by phone, that something was done about their orders.',
      parameters: z.object({ user_id: id, method: z.enum(['email', 'phone']) }),
      execute({ user_id, method }, { contextVariables }: ToolContext<Visit>) {
        checkCustomer(user_id, contextVariables);
        run(sql`
          INSERT INTO notifications (user_id, method, sent_to)
          SELECT id, ${method}, CASE ${method} WHEN 'email' THEN email ELSE phone END
          FROM users WHERE id = ${user_id}`);
        return `Customer ${user_id} is told by ${method}.`;
      },
    }),

    search_products: tool({
      name: 'search_products',
      description: 'Finds products with this in their name, the cheapest first; an empty text finds all.',
      parameters: z.object({ query: z.string(), max_price_cents: z.int().positive().optional() }),
      execute: ({ query, max_price_cents = null }) =>
        all(sql`
          SELECT id AS product_id, name, price_cents, stock FROM products
          WHERE instr(lower(name), lower(${query})) > 0
            AND price_cents <= coalesce(${max_price_cents}, price_cents)
          ORDER BY price_cents, id`),
    }),

    order_item: tool({
      name: 'order_item',
      description: 'Orders a product for a customer, at its price of today.',
      parameters: z.object({ user_id: id, product_id: id, quantity: z.int().positive() }),
      execute({ user_id, product_id, quantity }, { contextVariables }: ToolContext<Visit>) {
        checkCustomer(user_id, contextVariables);
        return transaction(() => {
          const [product] = all<{ name: string; price_cents: number; stock: number }>(
            sql`SELECT name, price_cents, stock FROM products WHERE id = ${product_id}`,
          );
          if (!product)
            throw new Error(`there is no product ${product_id}. search_products shows which there are.`);
          const { name, price_cents, stock } = product;
          const order_id = newOrderOf(user_id);
          run(sql`INSERT INTO order_lines VALUES (${order_id}, ${product_id}, ${quantity}, ${price_cents})`);
          // This statement also detects that too few are in stock. The error then undoes the order too.
          const taken = run(sql`
            UPDATE products SET stock = stock - ${quantity}
            WHERE id = ${product_id} AND stock >= ${quantity}`);
          if (taken === 0) throw new Error(`of "${name}" the shop has ${stock}, and not ${quantity}.`);
          return { order_id, name, quantity, paid_cents: quantity * price_cents };
        });
      },
    }),
  };
}
