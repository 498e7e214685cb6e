import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname
const at = (path: string): string => resolve(root, path)

// Three results under out/: main (Electron's entry, its engine process, and the plain-Node entry of
// the command line and the browser host), preload, and the renderer that both hosts serve.
export default defineConfig({
  main: {
    build: {
      // The headless entry runs in plain Node, older than the one inside Electron.
      target: 'node20',
      sourcemap: true,
      // What is plain JavaScript is bundled: a program that starts anew for each command reads less that way.
      externalizeDeps: {
        exclude: ['@orpc/client', '@orpc/contract', '@orpc/server', '@orpc/standard-server-peer', 'commander', 'hucre', 'zod'],
      },
      rollupOptions: {
        external: ['electron'],
        input: {
          index: at('src/main/index.ts'),
          headless: at('src/main/headless.ts'),
          engineProcess: at('src/main/hosts/electron/engineProcess.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      rollupOptions: {
        external: ['electron'],
        input: { index: at('src/preload/index.ts') },
        // A sandboxed preload must be CommonJS: https://www.electronjs.org/docs/latest/tutorial/esm#preload-scripts
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: at('src/renderer'),
    plugins: [react()],
    build: {
      target: 'chrome120',
      minify: true,
      sourcemap: false,
      // The content policy admits fonts as files of our own, not as data in a style sheet.
      assetsInlineLimit: (path) => (/\.(woff2?|ttf)$/.test(path) ? false : undefined),
      // Monaco's editor is one large piece by nature.
      chunkSizeWarningLimit: 6000,
      rollupOptions: { input: { index: at('src/renderer/index.html') } },
    },
  },
})
