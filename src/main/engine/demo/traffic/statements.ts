import { countries, warehouses } from '../shop/words.ts'

/**
 * The traffic's transactions. Each is one statement with several writes in it, so that it costs one round
 * trip, and is prepared once a connection. Rows of the inventory are always locked by warehouse and
 * product, so that two transactions never wait for each other.
 */

const currency = Object.entries(countries).map(([code, c]) => `WHEN '${code}' THEN '${c.currency}'`).join(' ')
const tax = Object.entries(countries).map(([code, c]) => `WHEN '${code}' THEN ${c.tax}`).join(' ')
/** Which warehouse sends an order. */
const warehouseOf = (id: string) => `(1 + ${id} % ${warehouses.length})::int`

const lockedStockOfOrder = `
  SELECT s.warehouse_id, s.product_id, i.quantity
  FROM changed
  JOIN LATERAL (SELECT product_id, sum(quantity) AS quantity FROM order_items WHERE order_id = changed.id GROUP BY 1) AS i
    ON true
  JOIN inventory AS s ON s.product_id = i.product_id AND s.warehouse_id = ${warehouseOf('changed.id')}
  ORDER BY s.warehouse_id, s.product_id FOR UPDATE OF s`

export const statements = {
  /** customer, products (distinct), quantities, channel, payment method, coupon or null, gift */
  place: `
WITH next AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('orders', 'id')) AS id
), basket AS (
  SELECT p.id AS product_id, q.quantity, q.line_number, p.price, p.price * q.quantity AS line_total
  FROM unnest($2::bigint[], $3::int[]) WITH ORDINALITY AS q (product_id, quantity, line_number)
  JOIN products AS p ON p.id = q.product_id
), sums AS (
  SELECT subtotal, CASE WHEN $6::text IS NULL THEN 0 ELSE round(subtotal * 0.1, 2) END AS discount,
    CASE WHEN subtotal > 60 THEN 0 ELSE 4.90 END AS shipping_fee
  FROM (SELECT sum(line_total) AS subtotal FROM basket) AS b
), placed AS (
  INSERT INTO orders (id, customer_id, status, channel, country, currency, subtotal, discount, shipping_fee, tax, total,
    coupon_code, is_gift)
  SELECT next.id, c.id, 'placed', $4, c.country, CASE c.country ${currency} ELSE 'EUR' END, subtotal, discount,
    shipping_fee, t.tax, subtotal - discount + shipping_fee + t.tax, $6, $7
  FROM next, sums, customers AS c,
    LATERAL (SELECT round((subtotal - discount) * CASE c.country ${tax} ELSE 20 END / 100.0, 2) AS tax) AS t
  WHERE c.id = $1
  RETURNING id, total, currency
), lines AS (
  INSERT INTO order_items (order_id, line_number, product_id, quantity, unit_price, line_total)
  SELECT placed.id, line_number, product_id, quantity, price, line_total FROM placed, basket ORDER BY line_number
), payment AS (
  INSERT INTO payments (order_id, method, status, amount, currency) SELECT id, $5, 'authorized', total, currency FROM placed
), stock AS MATERIALIZED (
  SELECT s.warehouse_id, s.product_id, b.quantity
  FROM placed, basket AS b JOIN inventory AS s USING (product_id)
  WHERE s.warehouse_id = ${warehouseOf('placed.id')}
  ORDER BY s.warehouse_id, s.product_id FOR UPDATE OF s
), reserving AS (
  UPDATE inventory AS s SET reserved = s.reserved + stock.quantity, updated_at = now()
  FROM stock WHERE s.warehouse_id = stock.warehouse_id AND s.product_id = stock.product_id
)
SELECT id FROM placed`,

  /** order */
  pack: `
WITH changed AS (
  UPDATE orders SET status = 'packed', updated_at = now() WHERE id = $1 AND status = 'placed' RETURNING id
), payment AS (
  UPDATE payments SET status = 'captured', captured_at = now()
  FROM changed WHERE order_id = changed.id AND payments.status = 'authorized'
)
SELECT id FROM changed`,

  /** order, carrier, tracking number, weight */
  ship: `
WITH changed AS (
  UPDATE orders SET status = 'shipped', updated_at = now() WHERE id = $1 AND status = 'packed' RETURNING id
), sent AS (
  INSERT INTO shipments (order_id, warehouse_id, carrier, tracking_number, status, weight_kg, expected_on)
  SELECT id, ${warehouseOf('id')}, $2, $3, 'in_transit', $4, current_date + 3 FROM changed
), stock AS MATERIALIZED (${lockedStockOfOrder}
), leaving AS (
  UPDATE inventory AS s SET on_hand = greatest(0, s.on_hand - stock.quantity),
    reserved = greatest(0, s.reserved - stock.quantity), updated_at = now()
  FROM stock WHERE s.warehouse_id = stock.warehouse_id AND s.product_id = stock.product_id
)
SELECT id FROM changed`,

  /** order */
  deliver: `
WITH changed AS (
  UPDATE orders SET status = 'delivered', updated_at = now() WHERE id = $1 AND status = 'shipped'
  RETURNING id, customer_id, total
), parcel AS (
  UPDATE shipments SET status = 'delivered', delivered_at = now() FROM changed WHERE order_id = changed.id
), points AS (
  UPDATE customers SET loyalty_points = loyalty_points + least(changed.total / 10, 500)::int, updated_at = now()
  FROM changed WHERE customers.id = changed.customer_id
)
SELECT id FROM changed`,

  /** order */
  cancel: `
WITH changed AS (
  UPDATE orders SET status = 'cancelled', updated_at = now() WHERE id = $1 AND status = 'placed' RETURNING id
), payment AS (
  UPDATE payments SET status = 'voided' FROM changed WHERE order_id = changed.id
), stock AS MATERIALIZED (${lockedStockOfOrder}
), freeing AS (
  UPDATE inventory AS s SET reserved = greatest(0, s.reserved - stock.quantity), updated_at = now()
  FROM stock WHERE s.warehouse_id = stock.warehouse_id AND s.product_id = stock.product_id
)
SELECT id FROM changed`,

  /** order; takes its last line out */
  shorten: `
WITH removed AS (
  DELETE FROM order_items WHERE id = (
    SELECT max(i.id) FROM order_items AS i JOIN orders AS o ON o.id = i.order_id
    WHERE o.id = $1 AND o.status = 'placed' HAVING count(*) > 1
  )
  RETURNING order_id, line_total
), changed AS (
  UPDATE orders AS o SET subtotal = n.subtotal, discount = n.discount, tax = n.tax,
    total = n.subtotal - n.discount + o.shipping_fee + n.tax, updated_at = now()
  FROM removed AS r JOIN orders AS w ON w.id = r.order_id,
    LATERAL (SELECT w.subtotal - r.line_total AS subtotal, round(w.discount * (1 - r.line_total / w.subtotal), 2) AS discount,
      round(w.tax * (1 - r.line_total / w.subtotal), 2) AS tax) AS n
  WHERE o.id = w.id
  RETURNING o.id, o.total
), payment AS (
  UPDATE payments SET amount = changed.total FROM changed WHERE order_id = changed.id
)
SELECT id FROM changed`,

  /** order, share of the amount from 0 to 1 */
  refund: `
WITH paid AS MATERIALIZED (
  SELECT id, order_id, least(amount, refunded_amount + round(amount * $2::numeric, 2)) AS refunded, amount
  FROM payments WHERE order_id = $1 AND status IN ('captured', 'partly_refunded') FOR UPDATE
), payment AS (
  UPDATE payments AS p SET refunded_amount = paid.refunded, status =
    CASE WHEN paid.refunded = paid.amount THEN 'refunded' ELSE 'partly_refunded' END
  FROM paid WHERE p.id = paid.id
), parcel AS (
  UPDATE shipments SET status = 'returned' FROM paid
  WHERE shipments.order_id = paid.order_id AND paid.refunded = paid.amount
)
UPDATE orders SET status = CASE WHEN paid.refunded = paid.amount THEN 'refunded' ELSE orders.status END, updated_at = now()
FROM paid WHERE orders.id = paid.order_id RETURNING orders.id`,

  /** warehouse, product, pieces */
  restock: `
UPDATE inventory SET on_hand = on_hand + $3, counted_on = current_date, updated_at = now()
WHERE warehouse_id = $1 AND product_id = $2 RETURNING product_id AS id`,

  /** from warehouse, to warehouse, product, pieces */
  transfer: `
WITH stock AS MATERIALIZED (
  SELECT warehouse_id, product_id, least($4, min(on_hand) FILTER (WHERE warehouse_id = $1) OVER ()) AS pieces
  FROM (
    SELECT warehouse_id, product_id, on_hand FROM inventory
    WHERE warehouse_id IN ($1, $2) AND product_id = $3 ORDER BY warehouse_id FOR UPDATE
  ) AS locked
)
UPDATE inventory AS s SET on_hand = s.on_hand + CASE WHEN s.warehouse_id = $1 THEN -pieces ELSE pieces END, updated_at = now()
FROM stock WHERE s.warehouse_id = stock.warehouse_id AND s.product_id = stock.product_id RETURNING s.product_id AS id`,

  /** product, factor on the price */
  reprice: `
UPDATE products SET price = greatest(2.99, round(price * $2::numeric, 2)), updated_at = now() WHERE id = $1 RETURNING id`,

  /** first name, last name, country, city */
  join: `
WITH next AS MATERIALIZED (SELECT nextval(pg_get_serial_sequence('customers', 'id')) AS id)
INSERT INTO customers (id, email, full_name, country, city, segment, marketing_opt_in, preferences)
SELECT id, 'customer' || id || '@example.com', $1 || ' ' || $2, $3, $4, 'consumer', random() < 0.4,
  jsonb_build_object('language', lower($3)) FROM next RETURNING id`,

  /** order, subject, body, priority, tags */
  ask: `
INSERT INTO support_tickets (customer_id, order_id, subject, body, status, priority, tags)
SELECT customer_id, id, $2, $3, 'open', $4, $5::text[] FROM orders WHERE id = $1 RETURNING id`,

  /** ticket, satisfaction or null */
  settle: `
UPDATE support_tickets SET status = 'closed', satisfaction = $2, closed_at = now()
WHERE id = $1 AND status <> 'closed' RETURNING id`,
} as const

export type TransactionKind = keyof typeof statements
