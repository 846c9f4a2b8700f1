import { fileURLToPath } from 'node:url'
import { type PeerCommand, startPeer } from '../peer-process.ts'
import type { RunningSystem } from '../system.ts'

/** Starts a server that writes so many bytes, as one message, to whoever connects: what sending them costs at least. */
export async function startBareBytes(bytes: number): Promise<RunningSystem> {
  const command: PeerCommand = {
    script: fileURLToPath(new URL('../servers/bare-bytes.mjs', import.meta.url)),
    folder: process.cwd(),
    env: () => ({ BYTES: String(bytes) }),
    listening: /^listening (\d+)$/,
    path: () => '/',
  }
  return await startPeer(command)
}
