/**
 * One row a relation. Set-based, so that 20,000 tables are one answer. Nothing here opens a relation
 * whose lock another session holds exclusively: sizes of such a table come from the planner's pages.
 * `$1` is an array of OIDs, or null for every user table that is not a partition.
 *
 * https://www.postgresql.org/docs/current/catalog-pg-class.html
 */
export const relationsQuery = `
WITH RECURSIVE
wanted AS (
  SELECT c.oid, c.relname, c.relkind, c.relpersistence, c.relreplident, c.relispartition, c.relowner,
         c.relrowsecurity, c.relnamespace, n.nspname
  FROM pg_catalog.pg_class AS c
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p')
    AND c.relpersistence IN ('p', 'u')
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND CASE WHEN $1::oid[] IS NULL THEN NOT c.relispartition ELSE c.oid = ANY ($1::oid[]) END
),
member (root, oid) AS (
  SELECT oid, oid FROM wanted
  UNION ALL
  SELECT m.root, i.inhrelid
  FROM member AS m
  JOIN wanted AS w ON w.oid = m.root AND w.relkind = 'p'
  JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.oid
),
locked AS (
  SELECT DISTINCT relation FROM pg_catalog.pg_locks
  WHERE locktype = 'relation' AND mode = 'AccessExclusiveLock'
    AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
),
usable_key AS (
  SELECT i.indrelid, i.indisprimary, i.indisreplident, i.indimmediate, i.indisvalid,
         ARRAY(SELECT k.attnum FROM pg_catalog.unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
               WHERE k.place <= i.indnkeyatts ORDER BY k.place)::int[] AS attnums
  FROM pg_catalog.pg_index AS i
  WHERE (i.indisprimary OR i.indisreplident) AND i.indrelid IN (SELECT oid FROM member)
),
leaf AS (
  SELECT m.root,
         pg_catalog.sum(CASE WHEN c.reltuples >= 0 THEN c.reltuples END) AS tuples,
         pg_catalog.sum(CASE
           WHEN l.relation IS NULL THEN pg_catalog.pg_total_relation_size(c.oid)
           ELSE c.relpages::bigint * pg_catalog.current_setting('block_size')::bigint
         END) AS bytes,
         pg_catalog.string_agg(DISTINCT c.relreplident::text, '') AS identities,
         pg_catalog.bool_and(c.relkind = 'r' AND c.relpersistence = 'p') AS logged
  FROM member AS m
  JOIN pg_catalog.pg_class AS c ON c.oid = m.oid AND c.relkind IN ('r', 'f')
  LEFT JOIN locked AS l ON l.relation = c.oid
  GROUP BY m.root
)
SELECT w.oid::text AS oid,
       w.nspname::text AS schema,
       w.relname::text AS name,
       w.relkind::text AS kind,
       w.relpersistence = 'p' AND COALESCE(leaf.logged, true) AS is_logged,
       w.relreplident::text AS identity,
       w.relispartition AS is_partition,
       w.relrowsecurity AS has_row_security,
       pg_catalog.row_security_active(w.oid) AS row_security_applies,
       pg_catalog.has_table_privilege(w.oid, 'SELECT')
         AND pg_catalog.has_schema_privilege(w.relnamespace, 'USAGE') AS can_select,
       pg_catalog.pg_has_role(w.relowner, 'USAGE') AS owner_is_us,
       pg_catalog.pg_get_userbyid(w.relowner)::text AS owner,
       w.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = w.oid) AS has_children,
       leaf.tuples::float8 AS estimated_rows,
       COALESCE(leaf.bytes, 0)::float8 AS total_bytes,
       COALESCE(leaf.identities, '') AS leaf_identities,
       pk.attnums AS primary_key,
       COALESCE(pk.indimmediate AND pk.indisvalid, false) AS primary_key_usable,
       ri.attnums AS identity_index
FROM wanted AS w
LEFT JOIN leaf ON leaf.root = w.oid
LEFT JOIN usable_key AS pk ON pk.indrelid = w.oid AND pk.indisprimary
LEFT JOIN usable_key AS ri ON ri.indrelid = w.oid AND ri.indisreplident AND ri.indisvalid
ORDER BY w.nspname, w.relname`

/** One row a column of the relations of `$1`, domains resolved to the end. */
export const columnsQuery = `
WITH RECURSIVE
columns AS (
  SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated
  FROM pg_catalog.pg_attribute AS a
  WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
),
resolved (type, base, typmod) AS (
  SELECT DISTINCT t.oid, t.typbasetype, t.typtypmod
  FROM columns AS c JOIN pg_catalog.pg_type AS t ON t.oid = c.atttypid
  WHERE t.typtype = 'd'
  UNION ALL
  SELECT r.type, t.typbasetype, t.typtypmod
  FROM resolved AS r JOIN pg_catalog.pg_type AS t ON t.oid = r.base
  WHERE t.typtype = 'd'
),
domains AS (
  SELECT r.type, r.base, r.typmod
  FROM resolved AS r JOIN pg_catalog.pg_type AS t ON t.oid = r.base
  WHERE t.typtype <> 'd'
),
labels AS (
  SELECT enumtypid, pg_catalog.array_agg(enumlabel::text ORDER BY enumsortorder) AS labels
  FROM pg_catalog.pg_enum GROUP BY enumtypid
)
SELECT c.attrelid::text AS relation,
       c.attnum::int AS attnum,
       c.attname::text AS name,
       c.atttypid::text AS type_oid,
       pg_catalog.format_type(c.atttypid, c.atttypmod) AS type_name,
       c.atttypmod AS typmod,
       t.typtype::text AS type_kind,
       b.oid::text AS base_type_oid,
       COALESCE(d.typmod, c.atttypmod) AS base_typmod,
       b.typtype::text AS base_type_kind,
       e.oid::text AS element_type_oid,
       e.typtype::text AS element_type_kind,
       l.labels AS enum_labels,
       NOT c.attnotnull AS nullable,
       c.attgenerated::text AS generated
FROM columns AS c
JOIN pg_catalog.pg_type AS t ON t.oid = c.atttypid
LEFT JOIN domains AS d ON d.type = c.atttypid
JOIN pg_catalog.pg_type AS b ON b.oid = COALESCE(d.base, c.atttypid)
LEFT JOIN pg_catalog.pg_type AS e ON e.oid = b.typelem AND b.typcategory = 'A' AND e.typarray = b.oid
LEFT JOIN labels AS l ON l.enumtypid = CASE WHEN b.typtype = 'e' THEN b.oid WHEN e.typtype = 'e' THEN e.oid END
ORDER BY c.attrelid, c.attnum`
