import { once } from 'node:events'
import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { plainDialect } from '../../bench/peers/load/dialect.ts'
import { FrameReader } from '../../bench/peers/load/frame-reader.ts'
import { eachMark, markOf, maxSequence } from '../../bench/peers/load/marks.ts'
import { RawClient } from '../../bench/peers/load/raw-client.ts'
import { Typist } from '../../bench/peers/load/typist.ts'
import * as Y from 'yjs'

function marksIn(message: Uint8Array): [number, number][] {
  const found: [number, number][] = []
  eachMark(Buffer.from(message), (writer, sequence) => found.push([writer, sequence]))
  return found
}

describe('marks', () => {
  it.each([
    [0, 0],
    [4, 61],
    [1500, 123_456],
    [60 ** 3 - 1, maxSequence - 1],
  ])('of writer %d and update %d are found again', (writer, sequence) => {
    expect(marksIn(Buffer.from(`~~x${markOf(writer, sequence)}~short`))).toEqual([[writer, sequence]])
  })

  it('stand in updates that were merged', () => {
    const writers = [new Typist(3), new Typist(7)]
    const updates = writers.flatMap((typist) => [typist.type(), typist.type()])
    expect(marksIn(Y.mergeUpdates(updates)).toSorted(([a, i], [b, j]) => a - b || i - j)).toEqual([
      [3, 0],
      [3, 1],
      [7, 0],
      [7, 1],
    ])
  })
})

describe('frames of a server', () => {
  /** An unmasked frame (RFC 6455 §5.2). */
  function frame(length: number, opcode = 2): Buffer {
    const payload = Buffer.alloc(length, length % 251)
    const header = Buffer.alloc(length < 126 ? 2 : length < 65_536 ? 4 : 10)
    header.writeUInt8(0x80 | opcode, 0)
    header.writeUInt8(length < 126 ? length : length < 65_536 ? 126 : 127, 1)
    if (header.length === 4) header.writeUInt16BE(length, 2)
    if (header.length === 10) header.writeBigUInt64BE(BigInt(length), 2)
    return Buffer.concat([header, payload])
  }

  const lengths = [0, 1, 125, 126, 300, 65_535, 65_536, 5]
  const bytes = Buffer.concat([...lengths.map((length) => frame(length)), frame(4, 9)])

  it.each([1, 2, 3, 7, 1000, 100_000, bytes.length])('are found in chunks of %d bytes', (chunk) => {
    const heard: { length: number; opcode: number }[] = []
    const reader = new FrameReader((payload, opcode) => {
      expect(payload.every((byte) => byte === payload.length % 251)).toBe(true)
      heard.push({ length: payload.length, opcode })
    })
    const shared = Buffer.alloc(chunk)
    for (let at = 0; at < bytes.length; at += chunk) {
      const count = bytes.copy(shared, 0, at, at + chunk)
      reader.read(shared.subarray(0, count))
      // A socket reads into the same buffer again.
      shared.fill(0xff)
    }
    expect(heard).toEqual([...lengths.map((length) => ({ length, opcode: 2 })), { length: 4, opcode: 9 }])
  })
})

describe('a client', () => {
  it('hears a message that comes in several frames, its beginning as a message and the rest as parts', async () => {
    const server = createServer()
    server.on('upgrade', (_request, socket) => {
      socket.on('error', () => {})
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
      // An update in three frames, an empty one among them, then the step 2 with which a client is up to date.
      socket.write(new Uint8Array([0x02, 3, 0, 2, 9, 0x00, 0, 0x80, 2, 0, 1, 0x82, 4, 0, 1, 1, 0]))
      socket.resume()
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const heard: string[] = []
    const client = await RawClient.open({
      system: { host: '127.0.0.1', port, path: () => '/' },
      dialect: plainDialect,
      document: 'd',
      onJoining: (message) => heard.push(`message ${message.toString('hex')}`),
      onPart: (part) => heard.push(`part ${part.toString('hex')}`),
    })
    client.close()
    server.close()
    expect(heard).toEqual(['message 000209', 'part ', 'part 0001', 'message 00010100'])
  })
})
