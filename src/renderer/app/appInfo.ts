import { create } from 'zustand'
import { engine } from './engineClient.ts'

export type AppInfo = Awaited<ReturnType<typeof engine.app.info>>

/** What this Millrace is and where it keeps things; null until the engine has answered. */
export const useAppInfo = create<{ info: AppInfo | null }>()(() => ({ info: null }))

export async function readAppInfo(): Promise<void> {
  useAppInfo.setState({ info: await engine.app.info() })
}

/** Where a password goes, in the words of a form. */
export function passwordWords(info: AppInfo | null): string {
  return info && !info.keepsSecrets ? 'Keep the password for this run' : 'Keep the password in the system’s keychain'
}
