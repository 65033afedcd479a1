import sqlite, { type Database } from 'node-sqlite3-wasm';
import { seed as wholeSeed, type Seed } from './seed.ts';

/** An SQL statement with the values of its parameters. */
interface Statement {
  readonly text: string;
  readonly values: Value[];
}

type Value = string | number | null;

/**
 * Makes a statement, in which each ${…} becomes a parameter. A shop accepts only such statements, so that text of a
 * customer or a model is always a value, never SQL.
 */
export const sql = (text: TemplateStringsArray, ...values: Value[]): Statement => ({
  text: text.join('?'),
  values,
});

/** The database of a shop, in memory and not shared. */
export interface Shop extends Disposable {
  /** The rows of a query; `Row` is the type of a row. */
  all<Row = Record<string, unknown>>(statement: Statement): Row[];
  /** Returns the number of changed rows. */
  run(statement: Statement): number;
  /** Runs `work` in a transaction: an error undoes every statement, and is thrown again. */
  transaction<T>(work: () => T): T;
  readonly isOpen: boolean;
}

const schema = `
  CREATE TABLE calendar (today TEXT NOT NULL) STRICT;
  CREATE TABLE users (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, phone TEXT NOT NULL
  ) STRICT;
  CREATE TABLE products (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, price_cents INTEGER NOT NULL,
    stock INTEGER NOT NULL CHECK (stock >= 0)
  ) STRICT;
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, ordered_on TEXT NOT NULL
  ) STRICT;
  CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders, product_id INTEGER NOT NULL REFERENCES products,
    quantity INTEGER NOT NULL CHECK (quantity > 0), price_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, product_id)
  ) STRICT;
  CREATE TABLE refunds (
    order_id INTEGER PRIMARY KEY REFERENCES orders, amount_cents INTEGER NOT NULL,
    reason TEXT NOT NULL, refunded_on TEXT NOT NULL
  ) STRICT;
  CREATE TABLE notifications (
    id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, method TEXT NOT NULL, sent_to TEXT NOT NULL
  ) STRICT;
  CREATE VIEW receipts AS
    SELECT orders.id AS order_id, user_id, ordered_on, refunded_on,
      CAST(julianday(today) - julianday(ordered_on) AS INTEGER) AS age_days,
      (SELECT sum(quantity * price_cents) FROM order_lines WHERE order_id = orders.id) AS paid_cents,
      (SELECT group_concat(quantity || ' ' || name, ', ' ORDER BY products.id)
        FROM order_lines JOIN products ON products.id = product_id WHERE order_id = orders.id) AS items
    FROM orders JOIN calendar LEFT JOIN refunds ON refunds.order_id = orders.id;
`;

/** A new shop. The given parts replace the same parts of the seed. */
export function openShop(seed: Partial<Seed> = {}): Shop {
  const database = new sqlite.Database(':memory:');
  const shop: Shop = {
    all: <Row>({ text, values }: Statement) => database.all(text, values) as Row[],
    run: ({ text, values }) => database.run(text, values).changes,
    transaction: (work) => inTransaction(database, work),
    get isOpen() {
      return database.isOpen;
    },
    [Symbol.dispose]() {
      if (database.isOpen) database.close();
    },
  };
  database.exec(schema);
  shop.transaction(() => fill(shop, { ...wholeSeed, ...seed }));
  return shop;
}

function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN');
  try {
    const done = work();
    database.exec('COMMIT');
    return done;
  } catch (error) {
    // After some errors, SQLite has already ended the transaction.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function fill({ run }: Shop, { today, users, products, orders }: Seed): void {
  run(sql`INSERT INTO calendar VALUES (${today})`);
  for (const { id, name, email, phone } of users)
    run(sql`INSERT INTO users VALUES (${id}, ${name}, ${email}, ${phone})`);
  for (const { id, name, price_cents, stock } of products)
    run(sql`INSERT INTO products VALUES (${id}, ${name}, ${price_cents}, ${stock})`);
  for (const { id, user_id, ordered_on, lines } of orders) {
    run(sql`INSERT INTO orders VALUES (${id}, ${user_id}, ${ordered_on})`);
    for (const { product_id, quantity, price_cents } of lines)
      run(sql`INSERT INTO order_lines VALUES (${id}, ${product_id}, ${quantity}, ${price_cents})`);
  }
}
