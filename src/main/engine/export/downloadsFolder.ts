import { stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where a person looks for a file that was saved: Downloads where there is one, else their home folder. */
export async function downloadsFolder(): Promise<string> {
  const folders = [process.env.XDG_DOWNLOAD_DIR, join(homedir(), 'Downloads')]
  for (const folder of folders) {
    if (folder && (await isFolder(folder))) return folder
  }
  return homedir()
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  )
}
