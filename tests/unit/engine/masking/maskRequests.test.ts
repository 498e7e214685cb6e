import { describe, expect, it } from 'vitest'
import { parseMaskRequests } from '../../../../src/main/engine/masking/maskRequests.ts'

const email = { schema: 'public', table: 'users', column: 'email' }

describe('masks on the command line', () => {
  it.each([
    ['public.users.email=hash', [{ ...email, rule: 'hash' }]],
    ['users.email=redact', [{ ...email, rule: 'redact' }]],
    ['Public.USERS.Email = null', [{ ...email, rule: 'null' }]],
    ['public.users.email=none', [{ ...email, rule: 'none' }]],
    ['users.email=hash, sales.people.phone=null', [{ ...email, rule: 'hash' }, { schema: 'sales', table: 'people', column: 'phone', rule: 'null' }]],
    ['"My.Schema"."Users, all"."e=""mail"=hash', [{ schema: 'My.Schema', table: 'Users, all', column: 'e="mail', rule: 'hash' }]],
    ['public.naïve.prénom=hash', [{ schema: 'public', table: 'naïve', column: 'prénom', rule: 'hash' }]],
  ])('%s names its columns', (text, requests) => {
    expect(parseMaskRequests(text)).toEqual(requests)
  })

  it.each(['', ' ', 'email=hash', 'users.email', 'users.email=', 'users.email=sha', 'users.email=toString', 'a.b.c.d=hash', 'users.email=hash,', '"users.email=hash', 'users..email=hash', 'a.b=hash c.d=hash'])(
    '%j is refused in one sentence',
    (text) => {
      expect(() => parseMaskRequests(text)).toThrow(/^Give masks such as [^\n]+\.$/)
    },
  )
})
