import { defineConfig } from 'vite'

/** The page and all it needs, in files of this server: hashed, so that browsers may keep them for good. */
export default defineConfig({
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Of the library the page takes functions of numbers alone. What of it needs Node is dropped, and would not load otherwise.
    rolldownOptions: { external: [/^node:/], treeshake: { moduleSideEffects: 'no-external' } },
  },
  // For work on the page: a server that runs beside it answers.
  server: { proxy: { '/api': 'http://127.0.0.1:3000', '/ws': { target: 'http://127.0.0.1:3000', ws: true } } },
})
