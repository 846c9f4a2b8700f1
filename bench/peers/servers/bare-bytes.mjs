// The yardstick of a join storm: whoever connects is written a state of `BYTES` bytes, as one message, the same buffer for all.
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'

const bytes = Number(process.env.BYTES)
const varUint = []
for (let rest = bytes; ; rest = Math.floor(rest / 128)) {
  varUint.push((rest % 128) | (rest < 128 ? 0 : 128))
  if (rest < 128) break
}
// A sync step 2 of an update, which nobody reads.
const message = Buffer.concat([Buffer.from([0, 1, ...varUint]), Buffer.alloc(bytes, 1)])
const header = Buffer.alloc(10)
header.writeUInt8(0x82, 0)
header.writeUInt8(127, 1)
header.writeBigUInt64BE(BigInt(message.length), 2)

const server = createServer()
server.on('upgrade', (request, socket) => {
  const accept = createHash('sha1').update(
    `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
  )
  socket.on('error', () => {})
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept.digest('base64')}\r\n\r\n`,
  )
  socket.write(header)
  socket.write(message)
  socket.resume()
})
server.listen(0, '127.0.0.1', () => console.log(`listening ${server.address().port}`))
