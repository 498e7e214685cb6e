// A Millrace that has the demo open until it is killed: `demoProcess.ts <data folder> <rows>`.
import { openDemo } from '../../src/main/engine/demo/demo.ts'
import { faultOf } from '../../src/main/contract/errors.ts'
import { testHost } from './host.ts'

const [, , folder = '', rows = '2000'] = process.argv
try {
  const demo = await openDemo(testHost(folder), { rows: Number(rows) })
  process.stdout.write(`${JSON.stringify({ port: demo.address.port })}\n`)
  setInterval(() => undefined, 60_000)
} catch (error) {
  process.stdout.write(`${JSON.stringify({ fault: faultOf(error) })}\n`)
}
