import type { RolldownOptions } from 'rolldown'

/** What the SDK shares with the page that it is in: two copies of Yjs do not understand each other. */
const external = [/^yjs$/, /^lib0\//, /^y-protocols\//, /^y-websocket$/]

const options: RolldownOptions = {
  input: { index: 'src/index.ts', http: 'src/http/index.ts' },
  platform: 'neutral',
  external,
  output: { dir: 'dist', format: 'esm', cleanDir: true, chunkFileNames: '[name]-[hash].js' },
}

export default options
