// A process that opens a file which follows already and verifies it, so that what that takes can be measured alone:
// `verifyProcess.ts '{"filePath":…,"address":…}' folder`. Prints the outcome and the most memory that the verification added.
import { openSession, type SessionOptions } from '../../src/main/engine/session.ts'
import { testHost } from './replica.ts'
import { verifySession } from './verify.ts'

const [, , optionsText, folder] = process.argv
const session = await openSession(testHost(folder!), JSON.parse(optionsText!) as SessionOptions)
await session.whenCaughtUp()
const peakBytes = (): number => process.resourceUsage().maxRSS * 1024
const beforeBytes = peakBytes()
const { state, fault, tables } = await verifySession(session)
const outcomes = tables.map(({ name, outcome, rowsCompared }) => ({ name, outcome, rowsCompared }))
process.stdout.write(`verified ${JSON.stringify({ state, fault, outcomes, addedBytes: peakBytes() - beforeBytes })}\n`)
await session.close()
