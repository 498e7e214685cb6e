import type { MaskRule } from '../model/maskRule.ts'

/** What is to become of one column of the source; `none` takes its mask away. Names are exact. */
export interface MaskRequest {
  schema: string
  table: string
  column: string
  rule: MaskRule | 'none'
}

const RULES: Readonly<Record<MaskRequest['rule'], true>> = { hash: true, null: true, redact: true, none: true }

const NAME = '"(?:[^"]|"")+"|[^\\s".,=]+'
const REQUEST = new RegExp(`\\s*((?:${NAME})(?:\\.(?:${NAME})){1,2})\\s*=\\s*(\\w+)\\s*(,|$)`, 'y')

/**
 * Reads `public.users.email=hash,"Odd.Name"."a=b".phone=null`. As in Postgres, a name without quotes is in lower case; one
 * of two parts is of a table in `public`. Throws a RangeError whose message is a sentence for a person.
 */
export function parseMaskRequests(text: string): MaskRequest[] {
  const requests: MaskRequest[] = []
  for (REQUEST.lastIndex = 0; REQUEST.lastIndex < text.length; ) {
    const match = REQUEST.exec(text)
    if (!match) throw wrong()
    const [, path, rule] = match
    if (!Object.hasOwn(RULES, rule!)) throw wrong()
    const names = path!.match(new RegExp(NAME, 'g'))!.map(meantName)
    const [column, table, schema = 'public'] = names.reverse()
    requests.push({ schema, table: table!, column: column!, rule: rule as MaskRequest['rule'] })
    if (match[3] === '') return requests
  }
  throw wrong()
}

function meantName(written: string): string {
  return written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase()
}

function wrong(): RangeError {
  return new RangeError("Give masks such as 'public.users.email=hash'; the rules are hash, null, redact and none.")
}
