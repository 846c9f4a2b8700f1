import { once } from 'node:events'
import { createServer } from 'node:net'

/** @returns {Promise<number>} a port of this machine that nobody listens on */
export async function freePort() {
  const port = await listenFor(0)
  if (port === undefined) throw new Error('this machine has no free port')
  return port
}

/** @param {number} port */
export async function isFree(port) {
  return (await listenFor(port)) !== undefined
}

/**
 * @param {number} wanted 0 for any
 * @returns {Promise<number | undefined>} the port that could be listened on
 */
async function listenFor(wanted) {
  const server = createServer().listen(wanted, '127.0.0.1')
  try {
    await once(server, 'listening')
  } catch {
    return undefined
  }
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : undefined
}
