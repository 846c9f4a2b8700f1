import { randomFillSync } from 'node:crypto'

const idBytes = 12

/** Asking for random bytes costs several microseconds however few they are, and every entry needs some. */
const pool = new Uint8Array(idBytes * 256)
let used = pool.byteLength

/** A random id that nobody else draws: 96 bits as 16 characters of base64url. Epochs and tips are made of it. */
export function randomId(): string {
  if (used === pool.byteLength) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = pool.subarray(used, used + idBytes)
  used += idBytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, idBytes).toString('base64url')
}
