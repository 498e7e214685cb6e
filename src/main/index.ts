import { dirname } from 'node:path'
import { app, dialog } from 'electron'
import { runElectronApp } from './hosts/electron/app.ts'

// Built to out/main/index.js; preload and renderer lie beside its folder. Not awaited: Electron is ready
// only once this module has been evaluated to its end.
runElectronApp(dirname(import.meta.dirname)).catch((error: unknown) => {
  dialog.showErrorBox('Millrace could not start', error instanceof Error ? error.message : 'The reason is unknown.')
  app.exit(1)
})
