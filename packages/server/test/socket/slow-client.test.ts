import { encodeSyncStep1, encodeUpdate } from '@weft/protocol'
import { createDecoder, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { defaultRoomLimits } from '../../src/room/limits.ts'
import { RawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { SocketClient } from '../support/socket-client.ts'
import { TierFixture } from '../support/tier-fixture.ts'

const KiB = 1024
const MiB = 1024 * KiB
const step1 = encodeSyncStep1(new Uint8Array([0]))
const queryPresence = new Uint8Array([3])
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1
const isUpdate = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 2

async function arrived(fixture: TierFixture): Promise<SocketClient> {
  const client = await SocketClient.open(fixture.url('d'))
  client.send(step1)
  await client.hear(isStep2)
  return client
}

function apply(doc: Y.Doc, frame: Uint8Array): void {
  const decoder = createDecoder(frame)
  if (readVarUint(decoder) === 0 && readVarUint(decoder) !== 0) Y.applyUpdate(doc, readVarUint8Array(decoder))
}

/** Characters that a document cannot hold in fewer bytes. */
function noise(characters: number): string {
  return Array.from({ length: characters }, () => String.fromCharCode(33 + Math.floor(Math.random() * 90))).join('')
}

describe('R4: a client that stops reading while others write', () => {
  it(
    'R4: costs bounded memory, and once it reads on it gets one difference and converges',
    { timeout: 60_000 },
    async () => {
      await using fixture = await TierFixture.open()
      const slow = await arrived(fixture)
      const [slowSocket] = fixture.sockets
      const writer = await arrived(fixture)
      const other = await arrived(fixture)
      slow.ws.pause()

      // Each page replaces the one before, so that the whole is small and only those who hear all of it hear much.
      const doc = new Y.Doc()
      const frames: Uint8Array[] = []
      doc.on('update', (update: Uint8Array) => frames.push(encodeUpdate(update)))
      const text = doc.getText('t')
      let most = 0
      for (let page = 0; page < 400; page++) {
        doc.transact(() => {
          text.delete(0, text.length)
          text.insert(0, `${page}: ${noise(64 * KiB)}`)
        })
        writer.send(...frames.splice(0))
        await other.hear(isUpdate)
        most = Math.max(most, slowSocket?.writableLength ?? 0)
      }
      const sent = 400 * 64 * KiB
      // One frame past what the socket may hold; the queue behind it is the outbox's and has its own bound.
      expect(most).toBeLessThan(1 * MiB)
      expect(most).toBeGreaterThan(0)

      const copy = new Y.Doc()
      slow.ws.resume()
      let heard = 0
      while (copy.getText('t').toString() !== text.toString()) {
        const frame = await slow.hear(() => true)
        heard += frame.byteLength
        apply(copy, frame)
      }
      // The kernel's buffers were full of what had gone out before, at most some megabytes on either side.
      expect(heard).toBeLessThan(sent / 2)
      expect(slowSocket?.bytesWritten).toBeLessThan(sent / 2 + defaultRoomLimits.memberQueueBytes)

      // It is a member like any other again.
      text.insert(0, 'and on')
      writer.send(...frames.splice(0))
      apply(copy, await slow.hear(isUpdate))
      expect(copy.getText('t').toString() === text.toString()).toBe(true)
      expect(fixture.refused).toEqual([])
    },
  )

  it.each<[string, number, boolean]>([
    // It was heard within the first of these sweeps.
    ['says nothing either', 11, false],
    ['goes on talking', 12, true],
  ])('R4: is given up when it takes nothing and %s, and nobody else notices', async (_name, sweeps, talks) => {
    await using fixture = await TierFixture.open()
    const slow = await arrived(fixture)
    const writer = await arrived(fixture)
    const other = await arrived(fixture)
    slow.ws.pause()
    const doc = new Y.Doc()
    const frames: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => frames.push(encodeUpdate(update)))
    for (let page = 0; page < 400; page++) {
      doc.getText('t').insert(0, noise(32 * KiB))
      writer.send(...frames.splice(0))
      await other.hear(isUpdate)
    }
    const slowSocket = fixture.sockets[0]
    for (let sweep = 0; sweep < sweeps; sweep++) {
      expect(fixture.tier.size).toBe(3)
      const read = slowSocket?.bytesRead ?? 0
      if (talks) {
        slow.send(queryPresence)
        await expect.poll(() => slowSocket?.bytesRead).toBeGreaterThan(read)
      }
      // The others speak meanwhile, as they would.
      for (const client of [writer, other]) client.send(step1)
      await Promise.all([writer.hear(isStep2), other.hear(isStep2)])
      fixture.clock.advance(5_000)
    }
    await expect.poll(() => fixture.tier.size).toBe(2)
    slow.ws.resume()
    expect((await slow.closed).code).toBe(1006)
    expect(other.ws.readyState).toBe(other.ws.OPEN)
  })

  it('R4: costs no pongs either, however often it pings; when it reads on, its latest ping is answered', async () => {
    await using fixture = await TierFixture.open()
    const raw = await RawSocket.connect(fixture.port)
    raw.write(upgradeRequest('/sync/d'))
    await expect.poll(() => raw.status).toBe(101)
    const [socket] = fixture.sockets
    raw.socket.pause()
    const flood = Buffer.concat(Array.from({ length: 1_000 }, () => ping('x'.repeat(125))))
    let most = 0
    // Past what the kernel holds of the answers, all that is sent is still read.
    for (let sent = 0; sent < 16 * MiB; sent += flood.byteLength) {
      await new Promise<void>((resolve) => raw.socket.write(flood, () => resolve()))
      most = Math.max(most, socket?.writableLength ?? 0)
    }
    raw.write(ping('the last one'))
    await expect.poll(() => socket?.bytesRead).toBeGreaterThan(16 * MiB)
    expect(most).toBeLessThan(256 * KiB)
    raw.socket.resume()
    await expect.poll(() => raw.heard.endsWith('the last one'), { timeout: 10_000 }).toBe(true)
    expect(raw.heard.length).toBeLessThan(15 * MiB)
    expect(fixture.tier.size).toBe(1)
    raw.socket.destroy()
  })
})

/** A masked ping. */
function ping(payload: string): Buffer {
  return Buffer.concat([new Uint8Array([0x89, 0x80 | payload.length, 0, 0, 0, 0]), Buffer.from(payload)])
}
