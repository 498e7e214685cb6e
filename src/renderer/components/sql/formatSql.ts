import type { EngineName } from '../../../main/contract/values.ts'

/** Lays SQL out in the dialect of its engine; null where the formatter cannot read it. Loaded when first asked. */
export async function formatSql(sql: string, engine: EngineName): Promise<string | null> {
  const { formatDialect, postgresql, duckdb } = await import('sql-formatter')
  try {
    return formatDialect(sql, {
      dialect: engine === 'source' ? postgresql : duckdb,
      keywordCase: 'upper',
      tabWidth: 2,
      linesBetweenQueries: 1,
      expressionWidth: 80,
    })
  } catch {
    return null
  }
}
