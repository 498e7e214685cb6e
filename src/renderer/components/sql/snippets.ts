import type { Snippet } from '../../../main/contract/settings.ts'

/* eslint-disable no-template-curly-in-string -- these are placeholders of the editor, not of JavaScript */
/** Beginnings of statements, by the few letters that bring them up; `$1`, `$2`… are the places to fill in. */
export const snippets: readonly Snippet[] = [
  { prefix: 'sel', words: 'SELECT … FROM … WHERE', body: 'SELECT ${2:*}\nFROM ${1:table}\nWHERE $0' },
  {
    prefix: 'grp', words: 'Count by a column', body: 'SELECT ${2:column}, count(*) AS ${3:count}\nFROM ${1:table}\nGROUP BY 1\nORDER BY 2 DESC$0',
  },
  { prefix: 'top', words: 'The largest rows', body: 'SELECT *\nFROM ${1:table}\nORDER BY ${2:column} DESC\nLIMIT ${3:20}$0' },
  { prefix: 'cte', words: 'WITH … AS', body: 'WITH ${1:name} AS (\n  SELECT $2\n)\nSELECT *\nFROM ${1:name}$0' },
  {
    prefix: 'win', words: 'A window function',
    body: '${1:row_number()} OVER (PARTITION BY ${2:column} ORDER BY ${3:column})$0',
  },
  {
    prefix: 'daily', words: 'Rows a day',
    body: "SELECT date_trunc('day', ${2:created_at}) AS day, count(*)\nFROM ${1:table}\nGROUP BY 1\nORDER BY 1$0",
  },
  { prefix: 'case', words: 'CASE WHEN', body: 'CASE WHEN ${1:condition} THEN ${2:value} ELSE ${3:value} END$0' },
]
