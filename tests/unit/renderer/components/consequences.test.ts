import { expect, it } from 'vitest'
import { faultCodes, MillraceError } from '../../../../src/main/contract/errors.ts'
import { consequenceOf, faultOfThrown } from '../../../../src/renderer/components/consequences.ts'

it('has an answer for every code', () => {
  for (const code of faultCodes) expect(consequenceOf(code)).toBeTypeOf('string')
})

it('says of a lost connection that nothing is lost', () => {
  expect(consequenceOf('CONNECTION_LOST')).toContain('Nothing is lost')
})

it('shows a named failure as it was told, and a bug without its text', () => {
  const named = new MillraceError({ code: 'NO_TABLES', message: 'No table.', advice: 'Make one.' })
  expect(faultOfThrown(named)).toMatchObject({ code: 'NO_TABLES', message: 'No table.' })
  expect(JSON.stringify(faultOfThrown(new Error('password=s3cret')))).not.toContain('s3cret')
})
