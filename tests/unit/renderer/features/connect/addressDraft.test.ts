import { describe, expect, it } from 'vitest'
import {
  addressOf, draftErrors, draftOf, emptyDraft, looksLikeAddress, proposedName, withoutPassword,
} from '../../../../../src/renderer/features/connect/addressDraft.ts'

describe('a pasted address', () => {
  it.each([
    ['postgres://ada:s3cret@db.example.com:5432/shop?sslmode=require', 'postgres://ada@db.example.com:5432/shop?sslmode=require'],
    ['postgresql://ada@h/shop?password=s3cret&sslmode=require', 'postgresql://ada@h/shop?sslmode=require'],
    ['postgresql://ada@h/shop?password=s3cret', 'postgresql://ada@h/shop'],
    ["host=h dbname=shop password='s3 cret' user=ada", 'host=h dbname=shop  user=ada'],
    ['host=h password=s3cret', 'host=h'],
    ['postgres://ada@h/shop', 'postgres://ada@h/shop'],
  ])('loses its password from sight: %s', (text, shown) => {
    expect(withoutPassword(text)).toBe(shown)
    expect(withoutPassword(text)).not.toContain('cret')
  })

  it('is told from a word that is still being typed', () => {
    expect(looksLikeAddress('postgres://a')).toBe(true)
    expect(looksLikeAddress('host=db dbname=x')).toBe(true)
    expect(looksLikeAddress('postg')).toBe(false)
    expect(looksLikeAddress('')).toBe(false)
  })
})

describe('the form', () => {
  const address = { host: 'db', port: 5433, database: 'shop', user: 'ada', password: ' p ', sslmode: 'verify-full' as const }

  it('gives back the address that filled it, spaces of a password too', () => {
    expect(addressOf(draftOf(address))).toMatchObject(address)
  })

  it('leaves out what was left empty', () => {
    expect(addressOf({ ...draftOf(address), password: '' })).toMatchObject({ password: undefined, sslrootcert: undefined })
  })

  it('names what is missing, field by field', () => {
    expect(Object.keys(draftErrors(emptyDraft))).toEqual(['host', 'database', 'user'])
    expect(draftErrors({ ...draftOf(address), port: '70000' }).port).toBeDefined()
    expect(draftErrors({ ...draftOf(address), port: '54a' }).port).toBeDefined()
    expect(draftErrors(draftOf(address))).toEqual({})
  })

  it('proposes a name that tells two databases apart', () => {
    expect(proposedName({ ...draftOf(address), host: 'db.eu.example.com' })).toBe('shop@db')
    expect(proposedName({ ...draftOf(address), host: 'localhost' })).toBe('shop')
    expect(proposedName(emptyDraft)).toBe('')
  })
})
