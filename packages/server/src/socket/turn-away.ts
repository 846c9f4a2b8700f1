import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** Answers an upgrade request with an error, and ends its connection. */
export function turnAway(socket: Duplex, status: number, detail: string): void {
  const body = `${detail}\n`
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, 'Connection: close', 'Content-Type: text/plain']
  if (status === 405) head.push('Allow: GET')
  if (status === 426) head.push('Upgrade: websocket', 'Sec-WebSocket-Version: 13, 8')
  // Its other half would otherwise stay open for as long as the client likes.
  socket.once('finish', () => socket.destroy())
  socket.end([...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'))
}
