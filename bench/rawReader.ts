// A program of its own: receives what Postgres sends, and discards it. The reference where Postgres's
// own programs are not installed.
//   rawReader.js copy 'COPY … TO STDOUT …'
//   rawReader.js stream SLOT PUBLICATION END_LSN
// The connection comes by libpq's environment variables.
import type { SourceAddress } from '../src/main/contract/source.ts'
import { parseLsn, ZERO_LSN, type Lsn } from '../src/main/engine/model/lsn.ts'
import { connectSource } from '../src/main/engine/source/connection.ts'
import { ReplicationConnection, type ReplicationStream } from '../src/main/engine/source/replicationConnection.ts'
import { CopyConnection } from '../src/main/engine/source/tableCopy.ts'

const { env } = process
const address: SourceAddress = {
  host: env['PGHOST'] ?? '127.0.0.1',
  port: Number(env['PGPORT'] ?? 5432),
  user: env['PGUSER'] ?? 'postgres',
  password: env['PGPASSWORD'] ?? '',
  database: env['PGDATABASE'] ?? 'postgres',
  sslmode: 'disable',
}

async function copy(sql: string): Promise<void> {
  const connection = new CopyConnection(await connectSource(address, { purpose: 'copy' }))
  await connection.copyOut(sql, { onRow: () => {}, onDrained: () => {} })
  connection.close()
}

async function stream(slotName: string, publication: string, endLsn: Lsn): Promise<void> {
  const connection = await ReplicationConnection.open(address)
  await new Promise<void>((resolve, reject) => {
    let running: ReplicationStream | null = null
    let isDone = false
    const reach = (lsn: Lsn): void => {
      if (isDone || lsn < endLsn) return
      isDone = true
      running?.sendStatus(lsn, lsn, false)
      void running?.stop(1000).then(resolve)
    }
    running = connection.start({
      slotName,
      startLsn: ZERO_LSN,
      publicationNames: [publication],
      sink: {
        onMessage: (_bytes, _start, _end, walStart) => reach(walStart as Lsn),
        onKeepalive: (walEnd, replyRequested) => {
          if (replyRequested) running?.sendStatus(walEnd, ZERO_LSN, false)
          reach(walEnd)
        },
        onDrained: () => {},
        onClose: (error) => {
          if (!isDone) reject(error ?? new Error('the stream ended early'))
        },
      },
    })
  })
}

const [kind, ...rest] = process.argv.slice(2)
if (kind === 'copy') await copy(rest[0]!)
else await stream(rest[0]!, rest[1]!, parseLsn(rest[2]!))
process.exit(0)
