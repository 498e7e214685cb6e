import { statfs } from 'node:fs/promises'

/** Server settings by name: https://www.postgresql.org/docs/current/runtime-config.html */
export type ServerConfig = Readonly<Record<string, string>>

/** Below this much shared memory (a container's default is 64 MB), parallel queries run out of it. */
const roomySharedMemoryBytes = 512 * 1024 * 1024

async function sharedMemoryType(): Promise<string | null> {
  if (process.platform !== 'linux') return null
  const shared = await statfs('/dev/shm').catch(() => null)
  if (shared && shared.bavail * shared.bsize >= roomySharedMemoryBytes) return 'posix'
  return 'mmap'
}

/** What every embedded server runs with; the caller's settings go over it. */
export async function baseConfig(port: number): Promise<ServerConfig> {
  const sharedMemory = await sharedMemoryType()
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // TCP alone: a socket in a shared folder would be open to other users of the machine.
    unix_socket_directories: '',
    wal_level: 'logical',
    max_replication_slots: '20',
    max_wal_senders: '20',
    max_connections: '100',
    shared_buffers: '128MB',
    max_wal_size: '2GB',
    lc_messages: 'C',
    TimeZone: 'UTC',
    log_timezone: 'UTC',
    log_checkpoints: 'off',
    ...(sharedMemory ? { dynamic_shared_memory_type: sharedMemory } : {}),
  }
}

/** The text of `postgresql.conf`. What `ALTER SYSTEM` sets later still goes over it. */
export function configText(config: ServerConfig): string {
  const lines = Object.entries(config).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_.]*$/.test(name)) throw new RangeError(`not the name of a setting: ${name}`)
    return `${name} = '${value.replaceAll("'", "''")}'`
  })
  return `# Written by Millrace at every start.\n${lines.join('\n')}\n`
}
