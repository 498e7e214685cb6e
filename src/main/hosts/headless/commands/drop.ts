import { resolve } from 'node:path'
import type { Command } from 'commander'
import { dropFromSource } from '../../../engine/fileStatus.ts'
import type { Declare, Invocation, Outcome } from '../invocation.ts'
import { fileOption, sourceOption } from '../options.ts'

interface DropOptions {
  source?: string
  file: string
}

export function declareDrop(program: Command, declare: Declare): void {
  declare<DropOptions, []>(
    program
      .command('drop')
      .description('drop slot and publication that this file made; leaves nothing on the source')
      .option(...sourceOption)
      .requiredOption(...fileOption),
    drop,
  )
}

async function drop(invocation: Invocation, options: DropOptions): Promise<Outcome> {
  const address = await invocation.resolveSource(options.source)
  const host = await invocation.openHost()
  const dropped = await dropFromSource(host, { filePath: resolve(options.file), address })
  const publications = dropped.droppedPublications
  const text = [
    dropped.droppedSlot ? 'The slot was dropped.' : 'There was no slot.',
    publications.length > 0 ? `Publications dropped: ${publications.join(', ')}.` : 'There was no publication.',
  ]
  return { json: { file: resolve(options.file), ...dropped }, text: text.join(' ') }
}
