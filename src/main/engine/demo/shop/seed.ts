import { bell, oneByShare, oneOf, skewedId, sqlText } from './draw.ts'
import type { ShopSizes } from './sizes.ts'
import {
  carriers, channels, colours, countries, coupons, departments, firstNames, lastNames, materials, paymentMethods, styles,
  ticketSubjects, ticketTags, warehouses,
} from './words.ts'

const countryShares = Object.fromEntries(Object.entries(countries).map(([code, { share }]) => [code, share]))
const byCountry = (column: string, value: (country: (typeof countries)[keyof typeof countries]) => string) =>
  `CASE ${column} ${Object.entries(countries).map(([code, c]) => `WHEN '${code}' THEN ${value(c)}`).join(' ')} END`

const categories = `
INSERT INTO categories (id, parent_id, name, slug) VALUES
${Object.entries(departments).flatMap(([department, things], index) => {
  const parent = index + 1
  const slug = (...names: string[]) => names.join('-').toLowerCase().replaceAll(' ', '-')
  const first = Object.keys(departments).length
    + Object.values(departments).slice(0, index).reduce((sum, list) => sum + list.length, 0) + 1
  return [
    `(${parent}, NULL, ${sqlText(department)}, ${sqlText(slug(department))})`,
    ...things.map((thing, at) =>
      `(${first + at}, ${parent}, ${sqlText(thing)}, ${sqlText(slug(department, thing))})`),
  ]
}).join(',\n')};`

const depots = `
INSERT INTO warehouses (id, code, city, country, opened_on)
VALUES ${warehouses.map(({ code, city, country }, index) =>
  `(${index + 1}, '${code}', '${city}', '${country}', date '2016-03-01' + ${index * 277})`).join(', ')};`

/** How many orders each of the last 730 days had: growth, seasons, weekdays, chance, and today only so far. */
const days = ({ orders }: ShopSizes) => `
CREATE TEMP TABLE seed_days ON COMMIT DROP AS
WITH weighted AS (
  SELECT day,
    (0.6 + 0.8 * ordinal / 730.0)
      * (ARRAY[0.85, 0.8, 0.9, 0.95, 1, 1, 0.9, 0.85, 1, 1.05, 1.5, 1.7])[extract(month FROM day)::int]
      * (ARRAY[1.2, 1.05, 0.95, 0.95, 0.95, 0.9, 1])[1 + extract(dow FROM day)::int]
      * (0.85 + 0.3 * random()) * part AS weight,
    part
  FROM (
    SELECT day, ordinal,
      CASE WHEN day = date_trunc('day', now()) THEN extract(epoch FROM now() - day) / 86400 ELSE 1 END AS part
    FROM generate_series(date_trunc('day', now()) - interval '729 days', date_trunc('day', now()), interval '1 day')
      WITH ORDINALITY AS d (day, ordinal)
  ) AS every_day
), summed AS (
  SELECT day, part, sum(weight) OVER (ORDER BY day) / sum(weight) OVER () AS reached FROM weighted
)
SELECT day, part, (round(reached * ${orders})
  - round(coalesce(lag(reached) OVER (ORDER BY day), 0) * ${orders}))::int AS orders
FROM summed;`

const orderCores = ({ customers }: ShopSizes) => `
CREATE TEMP TABLE seed_orders ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY placed_at) AS id, placed_at,
  ${skewedId(customers, 2.2)} AS customer_id,
  1 + floor(power(random(), 2) * 5)::int AS lines,
  random() AS luck
FROM (
  SELECT day + interval '24 hours' * CASE WHEN part < 1 THEN part * random()
    ELSE 0.06 + 0.94 * (random() + random() + random()) / 3 END AS placed_at
  FROM seed_days, LATERAL generate_series(1, orders)
) AS placed;`

const customers = ({ customers: count }: ShopSizes) => `
INSERT INTO customers (id, public_id, email, full_name, country, city, segment, birth_date, marketing_opt_in,
  loyalty_points, preferences, tags, created_at, updated_at)
SELECT id, gen_random_uuid(),
  translate(lower(first || '.' || replace(last, '''', '')), 'áàäåçéèëíïñóöøúüß', 'aaaaceeeiinooouus') || id || '@example.com',
  first || ' ' || last, country,
  ${byCountry('country', (country) => oneOf(country.cities))},
  ${oneByShare({ consumer: 78, business: 17, wholesale: 5 })},
  CASE WHEN random() < 0.85 THEN current_date - (18 * 365 + floor(random() * 55 * 365))::int END,
  random() < 0.42,
  (coalesce(seen.orders, 0) * 25 * (0.5 + random()))::int,
  jsonb_build_object('language', lower(country), 'newsletter', random() < 0.3,
    'theme', ${oneOf(['light', 'dark', 'system'])}),
  CASE WHEN coalesce(seen.orders, 0) > 20 THEN '{vip,loyal}'::text[]
    WHEN random() < 0.1 THEN '{newsletter}'::text[] ELSE '{}' END,
  joined, joined + (now() - joined) * random()
FROM (
  SELECT id, ${oneOf(firstNames)} AS first, ${oneOf(lastNames)} AS last, ${oneByShare(countryShares)} AS country
  FROM generate_series(1, ${count}) AS id OFFSET 0
) AS person
LEFT JOIN (SELECT customer_id, count(*) AS orders, min(placed_at) AS first_order FROM seed_orders GROUP BY 1) AS seen
  ON seen.customer_id = person.id
CROSS JOIN LATERAL (
  SELECT coalesce(first_order, now()) - power(random(), 3) * interval '500 days' AS joined OFFSET 0
) AS joining
ORDER BY id;`

const products = ({ products: count }: ShopSizes) => `
INSERT INTO products (id, sku, name, category_id, price, cost, weight_kg, attributes, tags, active, launched_on, updated_at)
SELECT id, 'MR-' || lpad(to_hex(id * 2654435761 % 4294967296), 8, '0'), style || ' ' || material || ' ' || thing,
  category_id, price, round(price * (0.35 + 0.3 * random())::numeric, 2), round((0.1 + 12 * power(random(), 3))::numeric, 3),
  jsonb_build_object('material', lower(material), 'colour', ${oneOf(colours)},
    'size', jsonb_build_array((10 + random() * 90)::int, (10 + random() * 90)::int, (5 + random() * 60)::int)),
  ARRAY[lower(style), lower(material)] || CASE WHEN random() < 0.1 THEN '{bestseller}'::text[] ELSE '{}' END,
  random() < 0.95, current_date - (750 + floor(random() * 1800))::int, now() - random() * interval '90 days'
FROM (
  SELECT id, ${oneOf(styles)} AS style, ${oneOf(materials)} AS material,
    1 + floor(random() * (SELECT count(*) FROM categories WHERE parent_id IS NOT NULL))::int AS thing_number,
    greatest(2.99, floor(exp(3.6 + 0.9 * ${bell}))::numeric + 0.99 - 0.5 * floor(random() * 2)::numeric)::numeric(12,2) AS price
  FROM generate_series(1, ${count}) AS id OFFSET 0
) AS made
JOIN (
  SELECT id AS category_id, name AS thing, row_number() OVER (ORDER BY id) AS thing_number
  FROM categories WHERE parent_id IS NOT NULL
) AS things USING (thing_number)
ORDER BY id;`

const inventory = `
INSERT INTO inventory (warehouse_id, product_id, on_hand, reserved, reorder_level, counted_on, updated_at)
SELECT w.id, p.id, (40 + 900 * power(random(), 3))::int, floor(random() * 8)::int, (10 + random() * 40)::int,
  current_date - floor(random() * 120)::int, now() - random() * interval '20 days'
FROM products AS p CROSS JOIN warehouses AS w ORDER BY p.id, w.id;`

const itemCores = ({ products: count }: ShopSizes) => `
CREATE TEMP TABLE seed_items ON COMMIT DROP AS
SELECT row_number() OVER (ORDER BY order_id, line_number) AS id, order_id, line_number, product_id, quantity, p.price AS unit_price,
  quantity * p.price AS line_total
FROM (
  SELECT id AS order_id, line_number, ${skewedId(count, 3)} AS product_id,
    1 + floor(power(random(), 4) * 4)::int AS quantity
  FROM seed_orders, LATERAL generate_series(1, lines) AS line_number OFFSET 0
) AS drawn
JOIN products AS p ON p.id = product_id;`

/** What has become of an order follows from its age: the last hours are open, the old ones are settled. */
const orders = `
INSERT INTO orders (id, public_id, customer_id, status, channel, country, currency, subtotal, discount, shipping_fee, tax,
  total, coupon_code, is_gift, placed_at, updated_at)
SELECT id, gen_random_uuid(), customer_id, status, ${oneByShare(channels)}, country,
  ${byCountry('country', ({ currency }) => sqlText(currency))},
  subtotal, discount, shipping_fee, tax, subtotal - discount + shipping_fee + tax,
  CASE WHEN discount > 0 THEN ${oneOf(coupons)} END, random() < 0.06, placed_at,
  least(now(), placed_at + CASE status WHEN 'placed' THEN interval '0' WHEN 'packed' THEN interval '5 hours'
    WHEN 'shipped' THEN interval '26 hours' WHEN 'cancelled' THEN interval '3 hours' ELSE interval '90 hours' END
    * (0.5 + random()))
FROM (
  SELECT s.*, subtotal, discount, shipping_fee, c.country,
    round((subtotal - discount) * ${byCountry('c.country', ({ tax }) => String(tax))} / 100.0, 2) AS tax,
    CASE WHEN luck < 0.035 THEN 'cancelled'
      WHEN age < interval '10 hours' THEN 'placed'
      WHEN age < interval '24 hours' THEN CASE WHEN luck < 0.5 THEN 'placed' ELSE 'packed' END
      WHEN age < interval '36 hours' THEN CASE WHEN luck < 0.4 THEN 'packed' ELSE 'shipped' END
      WHEN age < interval '4 days' THEN CASE WHEN luck < 0.7 THEN 'shipped' ELSE 'delivered' END
      WHEN luck < 0.075 THEN 'refunded' ELSE 'delivered' END AS status
  FROM (SELECT *, now() - placed_at AS age FROM seed_orders) AS s
  JOIN (SELECT order_id, sum(line_total) AS subtotal FROM seed_items GROUP BY order_id) AS i ON i.order_id = s.id
  JOIN customers AS c ON c.id = s.customer_id
  CROSS JOIN LATERAL (
    SELECT CASE WHEN random() < 0.12 THEN round(subtotal * 0.1, 2) ELSE 0 END AS discount,
      CASE WHEN subtotal > 60 THEN 0 ELSE 4.90 END AS shipping_fee OFFSET 0
  ) AS terms
) AS priced
ORDER BY id;`

const orderItems = `
INSERT INTO order_items (id, order_id, line_number, product_id, quantity, unit_price, line_total)
SELECT id, order_id, line_number, product_id, quantity, unit_price, line_total FROM seed_items ORDER BY id;`

const payments = `
INSERT INTO payments (id, order_id, method, status, amount, refunded_amount, currency, details, created_at, captured_at)
SELECT id, id, method,
  CASE status WHEN 'placed' THEN 'authorized' WHEN 'cancelled' THEN 'voided' WHEN 'refunded' THEN 'refunded'
    ELSE 'captured' END,
  total, CASE status WHEN 'refunded' THEN total ELSE 0 END, currency,
  CASE method WHEN 'card' THEN jsonb_build_object('brand', ${oneOf(['visa', 'mastercard', 'amex'])},
    'last4', lpad(floor(random() * 10000)::text, 4, '0')) ELSE '{}' END,
  placed_at, CASE WHEN status NOT IN ('placed', 'cancelled') THEN least(now(), placed_at + random() * interval '9 hours') END
FROM (SELECT *, ${oneByShare(paymentMethods)} AS method FROM orders OFFSET 0) AS o ORDER BY id;`

const shipments = `
INSERT INTO shipments (id, order_id, warehouse_id, carrier, tracking_number, status, weight_kg, expected_on, shipped_at,
  delivered_at)
SELECT row_number() OVER (ORDER BY id), id, 1 + id % ${warehouses.length}, ${oneByShare(carriers)},
  upper(substr(md5(id::text), 1, 12)),
  CASE status WHEN 'shipped' THEN 'in_transit' WHEN 'refunded' THEN 'returned' ELSE 'delivered' END,
  round((0.2 + 18 * power(random(), 2))::numeric, 3), (placed_at + interval '4 days')::date, shipped_at,
  CASE WHEN status <> 'shipped' THEN least(now(), shipped_at + interval '50 hours' * (0.4 + random())) END
FROM (SELECT *, least(now(), placed_at + interval '22 hours' * (0.6 + 0.5 * random())) AS shipped_at FROM orders
  WHERE status IN ('shipped', 'delivered', 'refunded') OFFSET 0) AS sent
ORDER BY id;`

/** One in eight bodies is long enough to be stored out of line, and does not compress: hexadecimal digits of hashes. */
const tickets = ({ tickets: count, orders: orderCount }: ShopSizes) => `
INSERT INTO support_tickets (id, customer_id, order_id, subject, body, status, priority, tags, satisfaction, opened_at, closed_at)
SELECT row_number() OVER (ORDER BY opened_at), customer_id, order_id, subject,
  subject || E'\\n\\nOrder ' || order_id || ', please have a look. Thank you!'
    || CASE WHEN random() < 0.125 THEN E'\\n\\nAttached log:\\n' || (SELECT string_agg(md5(order_id::text || n), E'\\n')
      FROM generate_series(1, 150) AS n) ELSE '' END,
  CASE WHEN closed THEN 'closed' WHEN random() < 0.5 THEN 'open' ELSE 'waiting' END,
  1 + floor(power(random(), 2) * 4)::int,
  CASE WHEN random() < 0.8 THEN ARRAY[${oneOf(ticketTags)}] ELSE '{}' END,
  CASE WHEN closed AND random() < 0.5 THEN 5 - floor(power(random(), 2) * 5)::int END,
  opened_at, CASE WHEN closed THEN least(now(), opened_at + random() * interval '5 days') END
FROM (
  SELECT o.id AS order_id, o.customer_id, ${oneOf(ticketSubjects)} AS subject,
    least(now(), o.placed_at + random() * interval '9 days') AS opened_at,
    random() < 0.995 AND o.placed_at < now() - interval '5 days' AS closed
  FROM (SELECT 1 + floor(random() * ${orderCount})::bigint AS id FROM generate_series(1, ${count}) OFFSET 0) AS drawn
  JOIN orders AS o USING (id) OFFSET 0
) AS written;`

const sequences = [
  'categories', 'warehouses', 'customers', 'products', 'orders', 'order_items', 'payments', 'shipments', 'support_tickets',
].map((table) => `SELECT setval(pg_get_serial_sequence('${table}', 'id'), (SELECT max(id) FROM ${table}));`).join('\n')

/** The statements that fill the tables, in their order, each with what it makes. */
export function seedSteps(sizes: ShopSizes): { what: string; sql: string }[] {
  return [
    { what: 'categories and warehouses', sql: categories + depots },
    { what: 'calendar', sql: days(sizes) + orderCores(sizes) },
    { what: 'customers', sql: customers(sizes) },
    { what: 'products', sql: products(sizes) },
    { what: 'inventory', sql: inventory },
    { what: 'baskets', sql: itemCores(sizes) },
    { what: 'orders', sql: `ANALYZE seed_items; ANALYZE seed_orders; ANALYZE customers; ${orders}` },
    { what: 'order items', sql: orderItems },
    { what: 'payments', sql: payments },
    { what: 'shipments', sql: shipments },
    { what: 'support tickets', sql: tickets(sizes) },
    { what: 'sequences', sql: sequences },
  ]
}
