/**
 * A thread that asks a Redis for an answer, again and again, until it is told to stop; then it tells the longest that it has
 * waited, in milliseconds. It has an event loop of its own, so that only the server is measured.
 *
 * @module
 */

import { once } from 'node:events'
import { createConnection } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const socket = createConnection({ port: Number(workerData), host: '127.0.0.1', noDelay: true })
let longest = 0
let working = true
parentPort?.once('message', () => (working = false))
await once(socket, 'connect')
parentPort?.postMessage('ready')
while (working) {
  const start = performance.now()
  socket.write('PING\r\n')
  await once(socket, 'data')
  longest = Math.max(longest, performance.now() - start)
}
parentPort?.postMessage(longest)
socket.destroy()
