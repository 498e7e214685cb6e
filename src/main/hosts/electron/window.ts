import { join } from 'node:path'
import { BrowserWindow } from 'electron'
import type { BrowserWindowConstructorOptions } from 'electron'
import { WINDOW_URL } from './scheme.ts'

/** What the window is made of. The page has no Node, lives in a sandbox, and sees our preload's one link. */
export function windowOptions(outFolder: string): BrowserWindowConstructorOptions {
  return {
    title: 'Millrace',
    width: 1280,
    height: 800,
    minWidth: 960,
    minHeight: 600,
    show: false,
    webPreferences: {
      preload: join(outFolder, 'preload/index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  }
}

export async function openWindow(outFolder: string): Promise<BrowserWindow> {
  const window = new BrowserWindow(windowOptions(outFolder))
  // Shown when it has something to show, so that it does not flash white.
  window.once('ready-to-show', () => window.show())
  await window.loadURL(WINDOW_URL)
  return window
}
