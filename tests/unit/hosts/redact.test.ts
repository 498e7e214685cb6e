import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/main/hosts/clock.ts'
import { jsonLogger } from '../../../src/main/hosts/logger.ts'
import { redactText } from '../../../src/main/hosts/redact.ts'

const SECRET = 'hunter2'

describe('a password never reaches the log', () => {
  it.each([
    `connect postgres://ada:${SECRET}@db:5432/shop failed`,
    `postgresql://ada:${SECRET}@[::1]/shop?sslmode=require`,
    `POSTGRES://:${SECRET}@db/shop`,
    `host=db password=${SECRET} dbname=shop`,
    `host=db password = '${SECRET} with \\' quote' dbname=shop`,
    `http://127.0.0.1:4711/?token=${SECRET}`,
    `postgresql://db/shop?password=${SECRET}&user=ada`,
  ])('in %s', (text) => {
    expect(redactText(text)).not.toContain(SECRET)
  })

  it('keeps what is needed to find the server', () => {
    expect(redactText('postgres://ada:x@db:5432/shop')).toBe('postgres://ada:***@db:5432/shop')
    expect(redactText('postgres://ada@db/shop')).toBe('postgres://ada@db/shop')
  })

  it('in the fields of an entry, at any depth', () => {
    const lines: string[] = []
    const logger = jsonLogger(systemClock, 'debug', (line) => lines.push(line))
    logger.error(`no way in with postgres://a:${SECRET}@b/c`, {
      address: { host: 'db', password: SECRET, nested: [{ dsn: `postgres://a:${SECRET}@b/c` }] },
      error: new Error(`password=${SECRET}`, { cause: new Error(`password=${SECRET}`) }),
      bytes: 12n,
    })
    expect(lines).toHaveLength(1)
    expect(lines[0]).not.toContain(SECRET)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'error', bytes: '12', address: { host: 'db' } })
  })
})
