/**
 * A short text a table that is another one as soon as anything of the table's shape is: names, columns,
 * identity, storage, partitions, keys, publication entries. Reads no table and takes no lock but the catalog's.
 * `$1` is an array of OIDs, `$2` of publication names.
 *
 * https://www.postgresql.org/docs/current/catalogs.html
 */
export const fingerprintsQuery = `
WITH RECURSIVE
wanted AS (
  SELECT c.oid, c.relkind, c.relname, c.relnamespace, c.relreplident
  FROM pg_catalog.pg_class AS c WHERE c.oid = ANY ($1::oid[]) AND c.relkind IN ('r', 'p')
),
member (root, oid, attached_by) AS (
  SELECT oid, oid, '' FROM wanted
  UNION ALL
  SELECT m.root, i.inhrelid, i.xmin::text
  FROM member AS m
  JOIN wanted AS w ON w.oid = m.root AND w.relkind = 'p'
  JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.oid
),
storage AS (
  SELECT m.root, pg_catalog.string_agg(pg_catalog.format('%s.%s.%s.%s', m.oid, c.relfilenode, c.relreplident, m.attached_by), ' ' ORDER BY m.oid) AS mark
  FROM member AS m JOIN pg_catalog.pg_class AS c ON c.oid = m.oid GROUP BY m.root
),
columns AS (
  SELECT a.attrelid, pg_catalog.string_agg(
    pg_catalog.format('%s.%s.%s.%s.%s.%s', a.attnum, a.attname, a.atttypid, a.atttypmod, a.attgenerated, a.xmin), ' ' ORDER BY a.attnum) AS mark
  FROM pg_catalog.pg_attribute AS a WHERE a.attrelid IN (SELECT oid FROM wanted) AND a.attnum > 0 GROUP BY a.attrelid
),
keys AS (
  SELECT i.indrelid, pg_catalog.string_agg(
    pg_catalog.format('%s.%s.%s.%s.%s', i.indexrelid, i.indisprimary, i.indisreplident, i.indimmediate, i.indisvalid), ' ' ORDER BY i.indexrelid) AS mark
  FROM pg_catalog.pg_index AS i
  WHERE i.indrelid IN (SELECT oid FROM wanted) AND (i.indisprimary OR i.indisreplident) GROUP BY i.indrelid
),
entries AS (
  SELECT pr.prrelid, pg_catalog.string_agg(pr.oid::text, ' ' ORDER BY pr.oid) AS mark
  FROM pg_catalog.pg_publication_rel AS pr JOIN pg_catalog.pg_publication AS p ON p.oid = pr.prpubid
  WHERE p.pubname = ANY ($2::name[]) AND pr.prrelid IN (SELECT oid FROM wanted) GROUP BY pr.prrelid
)
SELECT w.oid::text AS oid, pg_catalog.md5(pg_catalog.concat_ws('|',
  w.relnamespace, n.nspname, w.relname, w.relreplident, s.mark, c.mark, k.mark, e.mark)) AS fingerprint
FROM wanted AS w
JOIN pg_catalog.pg_namespace AS n ON n.oid = w.relnamespace
JOIN storage AS s ON s.root = w.oid
LEFT JOIN columns AS c ON c.attrelid = w.oid
LEFT JOIN keys AS k ON k.indrelid = w.oid
LEFT JOIN entries AS e ON e.prrelid = w.oid`

/** One text that is another one as soon as some enum's labels or some composite type's attributes are. */
export const typesFingerprintQuery = `
SELECT pg_catalog.md5(pg_catalog.concat(
  (SELECT pg_catalog.string_agg(e.oid::text || e.enumlabel, ' ' ORDER BY e.oid) FROM pg_catalog.pg_enum AS e),
  (SELECT pg_catalog.string_agg(pg_catalog.format('%s.%s.%s', a.attrelid, a.attnum, a.xmin), ' ' ORDER BY a.attrelid, a.attnum)
   FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
   JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
   WHERE c.relkind = 'c')
)) AS fingerprint`

/**
 * One row a table: what `SourceShape` adds to the relation, as JSON. A partition that was made by
 * `CREATE TABLE … PARTITION OF` still has a column as its creation left it; attaching rewrites the
 * catalog's row of every column. `$1` is an array of OIDs, `$2` of publication names.
 */
export const shapesQuery = `
WITH RECURSIVE
wanted AS (
  SELECT c.oid, c.relkind FROM pg_catalog.pg_class AS c WHERE c.oid = ANY ($1::oid[]) AND c.relkind IN ('r', 'p')
),
member (root, oid, attached_by) AS (
  SELECT oid, oid, '' FROM wanted
  UNION ALL
  SELECT m.root, i.inhrelid, i.xmin::text
  FROM member AS m
  JOIN wanted AS w ON w.oid = m.root AND w.relkind = 'p'
  JOIN pg_catalog.pg_inherits AS i ON i.inhparent = m.oid
),
storage AS (
  SELECT m.root, pg_catalog.json_agg(pg_catalog.json_build_object(
    'oid', m.oid::bigint, 'fileNode', CASE WHEN c.relkind = 'p' THEN 0 ELSE c.relfilenode::bigint END,
    'attachedBy', m.attached_by,
    'isBornPartition', EXISTS (
      SELECT 1 FROM pg_catalog.pg_type AS t JOIN pg_catalog.pg_attribute AS a ON a.attrelid = m.oid AND a.attnum > 0
      WHERE m.oid <> m.root AND t.oid = c.reltype AND a.xmin = t.xmin AND a.cmin = t.cmin)
  ) ORDER BY m.oid) AS facts
  FROM member AS m JOIN pg_catalog.pg_class AS c ON c.oid = m.oid GROUP BY m.root
),
-- The value lies with the files of rows: of a partitioned table, with its partitions.
missing AS (
  SELECT m.root, a.attname, pg_catalog.count(DISTINCT a.attmissingval::text) AS values,
    pg_catalog.min(a.attmissingval::text) AS array_text, pg_catalog.bool_and(t.typdelim = ',') AS is_readable
  FROM member AS m
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = m.oid AND a.attnum > 0 AND a.atthasmissing AND NOT a.attisdropped
  JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid
  GROUP BY m.root, a.attname
),
attributes AS (
  SELECT a.attrelid, pg_catalog.json_agg(pg_catalog.json_build_object(
    'attnum', a.attnum, 'xmin', a.xmin::text, 'generated', a.attgenerated, 'isDropped', a.attisdropped,
    'missing', CASE WHEN m.values = 1 AND m.is_readable THEN (m.array_text::text[])[1] END,
    'isUndecidable', m.values IS NOT NULL AND NOT (m.values = 1 AND m.is_readable)
  ) ORDER BY a.attnum) AS facts
  FROM pg_catalog.pg_attribute AS a
  LEFT JOIN missing AS m ON m.root = a.attrelid AND m.attname = a.attname
  WHERE a.attrelid IN (SELECT oid FROM wanted) AND a.attnum > 0 GROUP BY a.attrelid
),
used (root, type) AS (
  SELECT a.attrelid, a.atttypid FROM pg_catalog.pg_attribute AS a
  WHERE a.attrelid IN (SELECT oid FROM wanted) AND a.attnum > 0 AND NOT a.attisdropped AND a.atttypid >= 16384
  UNION
  SELECT u.root, inner_type.oid
  FROM used AS u
  JOIN pg_catalog.pg_type AS t ON t.oid = u.type
  CROSS JOIN LATERAL (
    SELECT t.typbasetype AS oid UNION ALL SELECT t.typelem
    UNION ALL SELECT r.rngsubtype FROM pg_catalog.pg_range AS r WHERE r.rngtypid = t.oid
    UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
  ) AS inner_type
  WHERE inner_type.oid >= 16384
),
types AS (
  SELECT u.root, pg_catalog.json_agg(CASE t.typtype
    WHEN 'e' THEN pg_catalog.json_build_object('oid', t.oid::bigint, 'kind', 'enum', 'labels', (
      SELECT pg_catalog.json_agg(pg_catalog.json_build_object('oid', e.oid::bigint, 'label', e.enumlabel) ORDER BY e.oid)
      FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid))
    ELSE pg_catalog.json_build_object('oid', t.oid::bigint, 'kind', 'composite', 'attributes', (
      SELECT pg_catalog.string_agg(pg_catalog.format('%s:%s:%s', a.attnum, a.atttypid, a.atttypmod), ' ' ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.typrelid AND a.attnum > 0))
  END ORDER BY t.oid) AS facts
  FROM used AS u JOIN pg_catalog.pg_type AS t ON t.oid = u.type AND t.typtype IN ('e', 'c') GROUP BY u.root
)
SELECT w.oid::text AS oid, s.facts AS storage, COALESCE(a.facts, '[]') AS attributes, COALESCE(t.facts, '[]') AS types,
  (SELECT i.indexrelid::bigint::float8 FROM pg_catalog.pg_index AS i WHERE i.indrelid = w.oid AND i.indisprimary) AS key_index_oid,
  ARRAY(
    SELECT pr.oid::bigint::float8 FROM pg_catalog.pg_publication_rel AS pr JOIN pg_catalog.pg_publication AS p ON p.oid = pr.prpubid
    WHERE pr.prrelid = w.oid AND p.pubname = ANY ($2::name[]) ORDER BY pr.oid) AS publication_entries
FROM wanted AS w
JOIN storage AS s ON s.root = w.oid
LEFT JOIN attributes AS a ON a.attrelid = w.oid
LEFT JOIN types AS t ON t.root = w.oid`
