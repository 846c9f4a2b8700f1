import { closeCodes } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import { startTestServer } from '../support/running-server.ts'
import { RawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { SocketClient } from '../support/socket-client.ts'
import { TierFixture } from '../support/tier-fixture.ts'

const step1 = new Uint8Array([0, 0, 1, 0])
const emptyPresence = new Uint8Array([1, 1, 0])
const isSignOfLife = (frame: Uint8Array): boolean => Buffer.from(frame).equals(emptyPresence)
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1

/** A client that has said its first word and heard the answer. */
async function present(fixture: TierFixture): Promise<SocketClient> {
  const client = await SocketClient.open(fixture.url('d'))
  client.send(step1)
  await client.hear(isStep2)
  return client
}

describe('what happens with time alone', () => {
  it('S1: a client hears something at least every 25 s, whatever else is silent', async () => {
    await using fixture = await TierFixture.open()
    const client = await present(fixture)
    for (let i = 0; i < 4; i++) {
      fixture.clock.advance(25_000)
      await client.hear(isSignOfLife)
      // It is heard now and then, as a stock client that renews its presence is.
      client.send(step1)
      await client.hear(isStep2)
    }
    expect(fixture.refused).toEqual([])
    expect(client.ws.readyState).toBe(client.ws.OPEN)
  })

  it('a WebSocket that never speaks is closed after the handshake time, and may come back', async () => {
    await using fixture = await TierFixture.open()
    const client = await SocketClient.open(fixture.url('d'))
    fixture.clock.advance(5_000)
    expect(client.ws.readyState).toBe(client.ws.OPEN)
    fixture.clock.advance(5_000)
    const { code, reason } = await client.closed
    expect(code).toBe(closeCodes['handshake-timeout'])
    expect(reason).toMatch(/^handshake-timeout retry-after=\d+$/)
    expect(fixture.refused.map(({ kind }) => kind)).toEqual(['handshake-timeout'])
  })

  it('a client that was refused and never answers the close is not refused once more for its silence', async () => {
    await using fixture = await TierFixture.open()
    const raw = await RawSocket.connect(fixture.port)
    raw.write(upgradeRequest('/sync/no//id'))
    await expect.poll(() => raw.heard).toContain('invalid-document-id')
    fixture.clock.advance(15_000)
    expect(fixture.refused.map(({ kind }) => kind)).toEqual(['invalid-document-id'])
    raw.socket.destroy()
  })

  it('a client that is silent but there is pinged and stays', async () => {
    await using fixture = await TierFixture.open()
    const client = await present(fixture)
    for (let i = 0; i < 6; i++) {
      const pinged = new Promise<void>((resolve) => client.ws.once('ping', () => resolve()))
      fixture.clock.advance(30_000)
      await pinged
      // The pong has been read once a later word of the same client is answered; that word counts as heard too.
      client.send(step1)
      await client.hear(isStep2)
    }
    expect(client.ws.readyState).toBe(client.ws.OPEN)
  })

  it('a TCP connection that never sends a request is ended within 15 s', { timeout: 30_000 }, async () => {
    await using server = await startTestServer()
    const [silent, half] = await Promise.all([RawSocket.connect(server.port), RawSocket.connect(server.port)])
    half.write('GET /sync/d HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgr')
    await Promise.all([silent.ended, half.ended])
    expect([silent.status, half.status]).toEqual([408, 408])
    silent.socket.destroy()
    half.socket.destroy()
  })

  it('a half-open connection, whose client is gone without a word, is given up', async () => {
    await using fixture = await TierFixture.open()
    const raw = await RawSocket.connect(fixture.port)
    raw.write(upgradeRequest('/sync/d'))
    // A masked query for presence, so that it has spoken; then nothing, no pong either.
    raw.write(new Uint8Array([0x82, 0x81, 0, 0, 0, 0, 3]))
    await expect.poll(() => fixture.sockets[0]?.bytesRead).toBeGreaterThan(7)
    await expect.poll(() => raw.status).toBe(101)
    fixture.clock.advance(60_000)
    await expect.poll(() => fixture.tier.size).toBe(0)
    await expect.poll(() => fixture.connections()).toBe(0)
    raw.socket.destroy()
  })
})
