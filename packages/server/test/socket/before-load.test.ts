import { once } from 'node:events'
import { MemoryStore } from '@weft/persistence'
import { decodeServerExtension, encodeUpdate, weftSubprotocol } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { SlowStore } from '../support/slow-store.ts'
import { SocketClient } from '../support/socket-client.ts'
import { TierFixture } from '../support/tier-fixture.ts'

const KiB = 1024
const MiB = 1024 * KiB
const step1 = new Uint8Array([0, 0, 1, 0])
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1

/** Frames of one writer, each of which needs the one before. */
function writing(count: number, characters: number): { frames: Uint8Array[]; text: string } {
  const doc = new Y.Doc({ gc: false })
  const frames: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => frames.push(encodeUpdate(update)))
  const text = doc.getText('t')
  for (let i = 0; i < count; i++) text.insert(text.length, String.fromCharCode(97 + (i % 26)).repeat(characters))
  return { frames, text: text.toString() }
}

describe('S2: what is said before the document is loaded', () => {
  it('S2: is held in order and bounded, by pausing the socket; nothing is lost, nobody is closed', async () => {
    const store = new SlowStore(new MemoryStore(), 'load')
    await using fixture = await TierFixture.open({ store })
    const client = await SocketClient.open(fixture.url('d'), { protocols: [weftSubprotocol] })
    const { frames, text } = writing(160, 64 * KiB)
    client.send(step1, ...frames)
    await store.asked
    const [socket] = fixture.sockets
    await expect.poll(() => socket?.isPaused()).toBe(true)
    // What is held, the message that passed the bound, and what was read along with it.
    expect(socket?.bytesRead).toBeLessThan(1.5 * MiB)

    // However long that takes, it is no silence of the client's.
    for (let i = 0; i < 30; i++) {
      fixture.clock.advance(5_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(client.ws.readyState).toBe(client.ws.OPEN)

    store.letGo()
    await client.hear((frame) => {
      const message = decodeServerExtension(frame)
      return message?.type === 'saved' && message.frames === frames.length
    })
    const fresh = await SocketClient.open(fixture.url('d'))
    fresh.send(step1)
    const doc = new Y.Doc()
    await fresh.hear((frame) => {
      if (frame[0] === 0 && frame[1] !== 0) Y.applyUpdate(doc, updateOf(frame))
      return isStep2(frame)
    })
    expect(doc.getText('t').toString() === text).toBe(true)
    expect(fixture.refused).toEqual([])
  })

  it('S2: a malformed frame among what is held ends it there: nothing after it is taken, one refusal', async () => {
    const store = new SlowStore(new MemoryStore(), 'load')
    await using fixture = await TierFixture.open({ store })
    const client = await SocketClient.open(fixture.url('d'))
    const { frames } = writing(3, 1)
    const [first = step1, ...rest] = frames
    client.send(first, new Uint8Array([99]), ...rest, new Uint8Array([98]))
    await store.asked
    // The answer to a ping says that all before it was read.
    const read = once(client.ws, 'pong')
    client.ws.ping()
    await read
    store.letGo()
    expect((await client.closed).code).toBe(4400)
    expect(fixture.refused).toHaveLength(1)
    const { entries } = await store.log.load('d')
    const doc = new Y.Doc()
    for (const { update } of entries) Y.applyUpdate(doc, update)
    expect(doc.getText('t').toString()).toBe('a')
  })

  it('S2: who leaves before the document is loaded takes no seat', async () => {
    const store = new SlowStore(new MemoryStore(), 'load')
    await using fixture = await TierFixture.open({ store })
    const client = await SocketClient.open(fixture.url('d'))
    await store.asked
    await client.leave()
    await expect.poll(() => fixture.tier.size).toBe(0)
    store.letGo()
    const fresh = await SocketClient.open(fixture.url('d'))
    fresh.send(step1)
    await fresh.hear(isStep2)
    expect(fixture.failures).toEqual([])
  })
})

/** The update in a frame that is known to carry one. */
function updateOf(frame: Uint8Array): Uint8Array {
  let at = 2
  while ((frame[at] ?? 0) >= 0x80) at++
  return frame.subarray(at + 1)
}
