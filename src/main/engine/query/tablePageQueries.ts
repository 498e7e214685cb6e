import { SCRATCH } from '../../contract/scratch.ts'

/**
 * What the source's catalog knows of its tables. Every query answers with one JSON document a row, so that
 * arrays and numbers come as they are. https://www.postgresql.org/docs/current/catalogs.html
 */

const columnNames = (relation: string, attnums: string): string =>
  `(SELECT pg_catalog.json_agg(a.attname ORDER BY part.place)
    FROM pg_catalog.unnest(${attnums}) WITH ORDINALITY AS part (attnum, place)
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = ${relation} AND a.attnum = part.attnum)`

/** One foreign key a row; those of partitions repeat what their parent says. */
export const foreignKeysQuery = `
  SELECT pg_catalog.json_build_object(
    'name', k.conname, 'schema', n.nspname, 'table', c.relname, 'columns', ${columnNames('k.conrelid', 'k.conkey')},
    'references', pg_catalog.json_build_object(
      'schema', fn.nspname, 'table', f.relname, 'columns', ${columnNames('k.confrelid', 'k.confkey')}))
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_class AS f ON f.oid = k.confrelid
  JOIN pg_catalog.pg_namespace AS fn ON fn.oid = f.relnamespace
  WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`

/** The same for the keys that begin or end at the table `$1`.`$2`. */
export const foreignKeysOfTableQuery = `${foreignKeysQuery}
    AND ((n.nspname = $1 AND c.relname = $2) OR (fn.nspname = $1 AND f.relname = $2))
  ORDER BY n.nspname, c.relname, k.conname`

export const allForeignKeysQuery = `${foreignKeysQuery} ORDER BY n.nspname, c.relname, k.conname`

/**
 * One row, or none where there is no such table. Sizes of a partitioned table are its partitions'. A table
 * that another session has locked exclusively would make the sizes wait: the statement's time-out bounds it.
 */
export const sourceTableQuery = `
  WITH RECURSIVE named AS (
    SELECT c.* FROM pg_catalog.pg_class AS c
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  ),
  parts (oid) AS (
    SELECT oid FROM named
    UNION ALL
    SELECT i.inhrelid FROM parts AS p
    JOIN pg_catalog.pg_inherits AS i ON i.inhparent = p.oid
    JOIN pg_catalog.pg_class AS c ON c.oid = i.inhrelid AND c.relispartition
  ),
  size AS (
    SELECT pg_catalog.sum(pg_catalog.pg_table_size(p.oid)) AS table_bytes,
           pg_catalog.sum(pg_catalog.pg_indexes_size(p.oid)) AS index_bytes,
           pg_catalog.sum(CASE WHEN c.reltoastrelid <> 0
             THEN pg_catalog.pg_total_relation_size(c.reltoastrelid) ELSE 0 END) AS toast_bytes,
           pg_catalog.sum(CASE WHEN c.reltuples >= 0 AND c.relkind IN ('r', 'm') THEN c.reltuples END) AS tuples,
           pg_catalog.max(GREATEST(s.last_analyze, s.last_autoanalyze)) AS analyzed_at
    FROM parts AS p
    JOIN pg_catalog.pg_class AS c ON c.oid = p.oid
    LEFT JOIN pg_catalog.pg_stat_all_tables AS s ON s.relid = p.oid
  )
  SELECT pg_catalog.json_build_object(
    'kind', CASE t.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'p' THEN 'partitioned' ELSE 'table' END,
    'comment', pg_catalog.obj_description(t.oid, 'pg_class'),
    'estimatedRows', size.tuples,
    'heapBytes', COALESCE(size.table_bytes - size.toast_bytes, 0),
    'indexBytes', COALESCE(size.index_bytes, 0),
    'toastBytes', COALESCE(size.toast_bytes, 0),
    'analyzedAt', pg_catalog.to_char(size.analyzed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'replicaIdentity', CASE t.relreplident
      WHEN 'd' THEN 'default' WHEN 'n' THEN 'nothing' WHEN 'f' THEN 'full' ELSE 'index' END,
    'columns', (
      SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'nullable', NOT a.attnotnull,
        'defaultExpression', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
        'isKey', COALESCE(a.attnum = ANY (i.indkey), false),
        'comment', pg_catalog.col_description(a.attrelid, a.attnum)) ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute AS a
      LEFT JOIN pg_catalog.pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
      LEFT JOIN pg_catalog.pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
      WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
    'constraints', (
      SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', k.conname, 'definition', pg_catalog.pg_get_constraintdef(k.oid),
        'kind', CASE k.contype WHEN 'p' THEN 'primary key' WHEN 'u' THEN 'unique' WHEN 'c' THEN 'check'
          ELSE 'exclusion' END) ORDER BY k.contype = 'p' DESC, k.conname)
      FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = t.oid AND k.contype IN ('p', 'u', 'c', 'x')),
    'indexes', (
      SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', c.relname, 'definition', pg_catalog.pg_get_indexdef(i.indexrelid),
        'bytes', pg_catalog.pg_relation_size(i.indexrelid), 'isPrimary', i.indisprimary,
        'isUnique', i.indisunique, 'isValid', i.indisvalid, 'scans', COALESCE(s.idx_scan, 0))
        ORDER BY i.indisprimary DESC, c.relname)
      FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
      LEFT JOIN pg_catalog.pg_stat_all_indexes AS s ON s.indexrelid = i.indexrelid
      WHERE i.indrelid = t.oid))
  FROM named AS t, size`

/** Where `$1` lies: the schema `scratch` is the file of the user's own tables. */
const PLACE = `(database_name, schema_name) =
  (CASE WHEN $1 = '${SCRATCH}' THEN ('${SCRATCH}', 'main') ELSE (current_database(), $1) END)`

/** `$1` is the schema, `$2` the table; one row, or none. */
export const replicaTableQuery = `
  SELECT 'table' AS kind, estimated_size AS "estimatedRows", NULL AS definition FROM duckdb_tables()
  WHERE ${PLACE} AND table_name = $2
  UNION ALL
  SELECT 'view', NULL, sql FROM duckdb_views()
  WHERE ${PLACE} AND view_name = $2`

export const replicaColumnsOfTableQuery = `
  SELECT column_name AS name, data_type AS type, is_nullable AS nullable, column_default AS "defaultExpression", comment
  FROM duckdb_columns()
  WHERE ${PLACE} AND table_name = $2 ORDER BY column_index`

/** What Millrace has recorded of a table that it follows. */
export const followedTableQuery = `
  SELECT strftime(copied_at AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ') AS "copiedAt" FROM millrace.tables
  WHERE replica_schema = $1 AND replica_table = $2`

export const followedColumnsQuery = `
  SELECT c.source_name AS "sourceName", c.replica_name AS "replicaName", c.source_type AS "sourceType",
    c.exactness = 'text' AS "isText", c.note, c.is_key AS "isKey", c.mask
  FROM millrace.columns AS c JOIN millrace.tables AS t USING (table_oid)
  WHERE t.replica_schema = $1 AND t.replica_table = $2 ORDER BY c.attnum`
