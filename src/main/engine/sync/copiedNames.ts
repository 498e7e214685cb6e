import type { CopyConnection } from '../source/tableCopy.ts'
import { literal, qualified } from '../store/sql.ts'
import type { TablePlan } from '../typemap/tablePlan.ts'

/**
 * Whether the copy that was just read is of the table and the columns that were planned. `COPY` finds them by the
 * names of now, also under an older snapshot, so one that was renamed meanwhile would be read in another's place. After
 * the copy its lock keeps the names as they were read, until the transaction ends:
 * https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
 */
export async function isCopyOfPlanned(source: CopyConnection, plan: TablePlan): Promise<boolean> {
  const table = qualified(plan.schema, plan.name)
  // The catalog's own tables would answer as of the snapshot; the row type is looked up as of now.
  const names = `SELECT json_agg(name)::text FROM json_object_keys((SELECT row_to_json(one) FROM (SELECT (NULL::${table}).*) AS one)) AS name`
  let answer = ''
  await source.copyOut(`COPY (SELECT ${literal(table)}::regclass::oid, encode(convert_to((${names}), 'UTF8'), 'hex')) TO STDOUT`, {
    onRow: (bytes, start, end) => {
      answer = bytes.toString('latin1', start, end).trimEnd()
    },
    onDrained: () => {},
  })
  const [oid, hex = ''] = answer.split('\t')
  if (oid !== String(plan.oid)) return false
  const now = hex === '\\N' ? [] : (JSON.parse(Buffer.from(hex, 'hex').toString()) as string[])
  const planned = plan.columns.map((column) => column.sourceName)
  const found = now.filter((name) => planned.includes(name))
  return found.length === planned.length && found.every((name, place) => name === planned[place])
}
