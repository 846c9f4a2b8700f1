import { closeCodes, encodeUpdate } from '@weft/protocol'
import { createDecoder, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { defaultSocketLimits } from '../../src/socket/limits.ts'
import { exchange, RawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'
import { TierFixture } from '../support/tier-fixture.ts'

const KiB = 1024
const step1 = new Uint8Array([0, 0, 1, 0])
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1
const isUpdate = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 2

/** An update that changes nothing. */
const nothing = new Uint8Array([0, 2, 2, 0, 0])
/** The same as a client writes it to its socket, masked. */
const nothingOnTheWire = new Uint8Array([0x82, 0x85, 0, 0, 0, 0, ...nothing])

/** A client that has its seat. */
async function arrived(fixture: Pick<TierFixture, 'url'>, document = 'd'): Promise<SocketClient> {
  const client = await SocketClient.open(fixture.url(document))
  client.send(step1)
  await client.hear(isStep2)
  return client
}

/** A client that only floods. */
async function flood(fixture: TierFixture, frames: number): Promise<RawSocket> {
  const raw = await RawSocket.connect(fixture.port)
  raw.write(upgradeRequest('/sync/d'))
  await expect.poll(() => raw.status).toBe(101)
  raw.write(Buffer.concat(Array.from({ length: frames }, () => nothingOnTheWire)))
  return raw
}

function apply(doc: Y.Doc, frame: Uint8Array): void {
  const decoder = createDecoder(frame)
  if (readVarUint(decoder) === 0 && readVarUint(decoder) !== 0) Y.applyUpdate(doc, readVarUint8Array(decoder))
}

/** Two clients of which one hears what the other writes. */
async function expectUndisturbed(writer: SocketClient, reader: SocketClient): Promise<void> {
  const doc = new Y.Doc()
  doc.on('update', (update: Uint8Array) => writer.send(encodeUpdate(update)))
  doc.getText('t').insert(0, 'on we go')
  await reader.hear(isUpdate)
}

describe('S5: a member that sends 100,000 tiny messages', () => {
  it('S5: is read no further than its share while others write, who go on', async () => {
    await using fixture = await TierFixture.open()
    const writer = await arrived(fixture)
    const reader = await arrived(fixture)
    await expectUndisturbed(writer, reader)
    const raw = await flood(fixture, 100_000)
    const socket = fixture.sockets[2]
    await expect.poll(() => socket?.isPaused()).toBe(true)
    expect(fixture.tier.paused).toBe(1)
    await expectUndisturbed(writer, reader)

    // What it may send at once, and what was read along with the last of that.
    const { messagesAtOnce, messagesPerSecond } = defaultSocketLimits.pace
    const atOnce = messagesAtOnce * nothingOnTheWire.byteLength
    expect(socket?.bytesRead).toBeLessThan(atOnce + 192 * KiB)
    const before = socket?.bytesRead ?? 0
    // Two seconds, in which a chunk of 64 KiB is read whenever the last one was taken in.
    for (let i = 0; i < 200; i++) {
      fixture.clock.advance(10)
      await new Promise((resolve) => setImmediate(resolve))
    }
    const perSecond = messagesPerSecond * nothingOnTheWire.byteLength
    expect(socket?.bytesRead).toBeGreaterThan(before)
    expect(socket?.bytesRead).toBeLessThan(before + 2 * perSecond + 192 * KiB)
    expect(fixture.refused).toEqual([])
    raw.socket.destroy()
  })

  it('S5: what was read of it past its share waits, in order', async () => {
    const pace = { ...defaultSocketLimits.pace, messagesPerSecond: 100, messagesAtOnce: 100 }
    await using fixture = await TierFixture.open({ limits: { pace } })
    const writer = await arrived(fixture)
    const reader = await arrived(fixture)
    await expectUndisturbed(writer, reader)
    const fast = await arrived(fixture)
    const doc = new Y.Doc()
    const frames: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => frames.push(encodeUpdate(update)))
    for (let i = 0; i < 500; i++) doc.getText('fast').insert(i, String.fromCharCode(97 + (i % 26)))
    fast.send(...frames)
    await expect.poll(() => fixture.sockets[2]?.isPaused()).toBe(true)
    const copy = new Y.Doc()
    const heardBy = async (): Promise<string> => {
      // Whatever it asks is answered behind what was sent before.
      reader.send(step1)
      await reader.hear((frame) => {
        apply(copy, frame)
        return isStep2(frame)
      })
      return copy.getText('fast').toString()
    }
    const whole = doc.getText('fast').toString()
    // The question that it asked when it came counts as fifty.
    expect(await heardBy()).toBe(whole.slice(0, 51))
    fixture.clock.advance(1_000)
    const after = await heardBy()
    expect(whole.startsWith(after)).toBe(true)
    expect(after.length).toBeGreaterThan(140)
    expect(after.length).toBeLessThan(160)
    for (let second = 0; second < 4; second++) fixture.clock.advance(1_000)
    expect(await heardBy()).toBe(whole)
  })

  it('S5: is read as fast as it sends while it is alone, until all of it was taken', async () => {
    await using fixture = await TierFixture.open()
    const raw = await flood(fixture, 100_000)
    const [socket] = fixture.sockets
    await expect.poll(() => socket?.bytesRead, { timeout: 10_000 }).toBeGreaterThan(100_000 * 11)
    expect(fixture.tier.paused).toBe(0)
    raw.socket.destroy()
  })

  it('S5: is closed with 4529 when it stays over for 30 s while others write, and nobody else is', async () => {
    const pace = { ...defaultSocketLimits.pace, messagesPerSecond: 100, messagesAtOnce: 100 }
    await using fixture = await TierFixture.open({ limits: { pace } })
    const writer = await arrived(fixture)
    const reader = await arrived(fixture)
    await expectUndisturbed(writer, reader)
    const raw = await flood(fixture, 100_000)
    await expect.poll(() => fixture.sockets[2]?.isPaused()).toBe(true)
    for (let second = 1; second <= 29; second++) {
      await expectUndisturbed(writer, reader)
      fixture.clock.advance(1_000)
    }
    expect(fixture.refused).toEqual([])
    fixture.clock.advance(1_000)
    expect(fixture.refused.map(({ kind }) => kind)).toEqual(['too-fast'])
    await expect.poll(() => raw.heard).toContain('too-fast')
    await expectUndisturbed(writer, reader)
    raw.socket.destroy()
    await expect.poll(() => fixture.tier.size).toBe(2)
    expect(fixture.tier.paused).toBe(0)
  })
})

describe('S5: connections that never say anything', () => {
  it('S5: a thousand of them cost nobody their seat: the oldest give way, and those who speak stay', async () => {
    await using fixture = await TierFixture.open({ limits: { arrivals: 200 } })
    const writer = await arrived(fixture)
    const silent: RawSocket[] = []
    for (let batch = 0; batch < 20; batch++) {
      const some = await Promise.all(Array.from({ length: 50 }, () => RawSocket.connect(fixture.port)))
      for (const raw of some) raw.write(upgradeRequest('/sync/d'))
      for (const raw of some) await expect.poll(() => raw.status).toBe(101)
      silent.push(...some)
      expect(fixture.tier.size).toBeLessThanOrEqual(200 + 50 + 1)
    }
    const reader = await arrived(fixture)
    await expectUndisturbed(writer, reader)
    await expect.poll(() => fixture.tier.size).toBe(200 + 1)
    await silent[0]?.ended
    expect(silent[0]?.heard).toContain('handshake-timeout')

    // The rest has its time, and does not answer that it is over.
    fixture.clock.advance(10_000)
    writer.send(step1)
    reader.send(step1)
    await Promise.all([writer.hear(isStep2), reader.hear(isStep2)])
    fixture.clock.advance(10_000)
    await expect.poll(() => fixture.tier.size).toBe(2)
    await expect.poll(() => fixture.connections()).toBe(2)
    for (const raw of silent) raw.socket.destroy()
  })

  it('S5: a thousand that never finish their request cost nobody else anything', async () => {
    await using server = await startTestServer()
    const half = await Promise.all(Array.from({ length: 1_000 }, () => RawSocket.connect(server.port)))
    for (const raw of half) raw.write('GET /sync/d HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgr')
    const url = (document: string): string => `${server.webSocketUrl}/sync/${document}`
    const [writer, reader] = [await arrived({ url }), await arrived({ url })]
    await expectUndisturbed(writer, reader)
    for (const raw of half) raw.socket.destroy()
  })
})

describe('S5: how many connections an address may have', () => {
  const from = (address: string): { headers: Record<string, string> } => ({ headers: { 'X-Forwarded-For': address } })

  it('S5: past the bound it is answered 429, others are not, and who leaves makes room', async () => {
    await using fixture = await TierFixture.open({ limits: { perAddress: 2 }, proxies: ['loopback'] })
    const url = fixture.url('d')
    const first = await SocketClient.open(url, from('192.0.2.1'))
    await SocketClient.open(url, from('192.0.2.1'))
    const third = upgradeRequest('/sync/d', { 'X-Forwarded-For': '192.0.2.1' })
    expect((await exchange(fixture.port, third)).status).toBe(429)
    expect(fixture.turnedAway).toEqual([{ path: '/sync/d', status: 429 }])
    await SocketClient.open(url, from('192.0.2.2'))
    await first.leave()
    await expect.poll(() => fixture.tier.size).toBe(2)
    await SocketClient.open(url, from('192.0.2.1'))
  })

  it('S5: this machine has no bound: what comes from it may be a proxy', async () => {
    await using fixture = await TierFixture.open({ limits: { perAddress: 2 } })
    for (let i = 0; i < 5; i++) await SocketClient.open(fixture.url('d'), from('192.0.2.1'))
    expect(fixture.tier.size).toBe(5)
  })
})

it('S5: who comes to a node that is too busy is told when to come back, and those who are in go on', async () => {
  await using fixture = await TierFixture.open()
  const [writer, reader] = [await arrived(fixture), await arrived(fixture)]
  fixture.pressure.comeBackIn = 2_340
  const late = await SocketClient.open(fixture.url('d'))
  expect(await late.closed).toEqual({ code: closeCodes.overloaded, reason: 'overloaded retry-after=2340' })
  expect(fixture.refused.map(({ kind }) => kind)).toEqual(['overloaded'])
  await expectUndisturbed(writer, reader)
  fixture.pressure.comeBackIn = undefined
  await arrived(fixture)
})
