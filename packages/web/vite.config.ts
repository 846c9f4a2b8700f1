import react from '@vitejs/plugin-react'
import { type UserConfig, defineConfig } from 'vite'

/** The server serves what this builds; hashed names under /assets may be cached for ever. */
const config: UserConfig = defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    // The polyfill is for browsers older than the target.
    modulePreload: { polyfill: false },
    // The editor's chunk, in kB: it loads apart from the list and is kept by the browser for good.
    chunkSizeWarningLimit: 700,
  },
})

export default config
