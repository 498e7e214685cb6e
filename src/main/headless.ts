import { runInTerminal } from './hosts/headless/terminal.ts'

await runInTerminal(process.argv.slice(2))
