/**
 * Words that both engines refuse as a bare column name; a name that is one of them is quoted.
 * https://www.postgresql.org/docs/current/sql-keywords-appendix.html
 */
export const reservedWords: ReadonlySet<string> = new Set(
  `all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
  default deferrable desc distinct do else end except false fetch for foreign from grant group having in initially
  intersect into lambda lateral leading limit not null offset on only or order pivot pivot_longer pivot_wider
  placing primary qualify references returning select show some summarize symmetric table then to trailing true
  union unique unpivot using variadic when where window with
  current_catalog current_date current_role current_time current_timestamp current_user localtime localtimestamp
  session_user user authorization binary collation concurrently cross freeze full ilike inner is isnull join left
  like natural notnull outer overlaps right similar tablesample verbose`.split(/\s+/),
)

/** What completion offers beside names, as a person writes it. */
export const offeredKeywords: readonly string[] = [
  'SELECT', 'FROM', 'WHERE', 'GROUP BY', 'ORDER BY', 'HAVING', 'LIMIT', 'OFFSET', 'JOIN', 'LEFT JOIN', 'RIGHT JOIN',
  'FULL JOIN', 'INNER JOIN', 'CROSS JOIN', 'LATERAL', 'ON', 'USING', 'AS', 'DISTINCT', 'AND', 'OR', 'NOT', 'IN',
  'EXISTS', 'BETWEEN', 'LIKE', 'ILIKE', 'IS NULL', 'IS NOT NULL', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST',
  'ASC', 'DESC', 'NULLS FIRST', 'NULLS LAST', 'UNION', 'UNION ALL', 'INTERSECT', 'EXCEPT', 'WITH', 'WITH RECURSIVE',
  'OVER', 'PARTITION BY', 'ROWS BETWEEN', 'RANGE BETWEEN', 'UNBOUNDED PRECEDING', 'CURRENT ROW', 'FILTER', 'WINDOW',
  'VALUES', 'INTERVAL', 'TRUE', 'FALSE', 'NULL', 'CURRENT_DATE', 'CURRENT_TIMESTAMP', 'EXTRACT', 'EXPLAIN',
  'EXPLAIN ANALYZE',
]

/** Only DuckDB understands these. */
export const replicaKeywords: readonly string[] = [
  'QUALIFY', 'SUMMARIZE', 'DESCRIBE', 'PIVOT', 'UNPIVOT', 'EXCLUDE', 'ASOF JOIN',
]
