import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MemoryStore, openStore, type Store } from '@weft/persistence'
import { encodeSyncStep1, encodeUpdate } from '@weft/protocol'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { exchange, RawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'
import { SlowStore } from '../support/slow-store.ts'
import { SocketClient } from '../support/socket-client.ts'

const step1 = encodeSyncStep1(new Uint8Array([0]))
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1

async function arrived(server: RunningServer): Promise<SocketClient> {
  const client = await SocketClient.open(`${server.webSocketUrl}/sync/d`)
  client.send(step1)
  await client.hear(isStep2)
  return client
}

describe('S3: shutting down drains', () => {
  it('S3: unready first, no new connections, then everyone is closed with 1012 over the window', async () => {
    await using server = await startTestServer({ drainWindow: 600 })
    const clients = await Promise.all(Array.from({ length: 24 }, () => arrived(server)))
    const stopped = server.stop()
    const first = await Promise.race(clients.map((client) => client.closed))
    expect(clients.filter((client) => client.ws.readyState === client.ws.OPEN).length).toBeGreaterThan(0)
    const ready = await fetch(`${server.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, store: 'ok', draining: true }])
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
    expect((await exchange(server.port, upgradeRequest('/sync/d'))).status).toBe(503)
    expect(first.code).toBe(1012)
    for (const { code, reason } of await Promise.all(clients.map((client) => client.closed))) {
      expect(code).toBe(1012)
      expect(reason).toMatch(/^restarting retry-after=\d+$/)
    }
    await stopped
    expect(server.captured.of('draining')).toEqual([expect.objectContaining({ connections: 24, window: 600 })])
    expect(server.captured.of('stopped')).toHaveLength(1)
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
  })

  it('S3: what was heard is appended, and the folder is free for the next process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weft-drain-'))
    try {
      await using server = await startTestServer({ store: `sqlite:${folder}` })
      const writer = await arrived(server)
      const doc = new Y.Doc()
      for (let i = 0; i < 500; i++) {
        const before = Y.encodeStateVector(doc)
        doc.getText('t').insert(i, 'x')
        writer.send(encodeUpdate(Y.encodeStateAsUpdate(doc, before)))
      }
      // The answer comes after all that was said before it was heard, not after it was saved.
      writer.send(step1)
      await writer.hear(isStep2)
      await server.stop()
      const store = await openStore(`sqlite:${folder}`)
      const { checkpoint, entries } = await store.log.load('d')
      await store.close()
      const copy = new Y.Doc()
      for (const update of [...(checkpoint?.chunks ?? []), ...entries.map((entry) => entry.update)]) {
        Y.applyUpdate(copy, update)
      }
      expect(copy.getText('t').length).toBe(500)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('S3: it does not end before a slow store has taken everything', async () => {
    const store = new SlowStore(new MemoryStore(), 'append')
    const { log, catalog, changes, files, revocations, collections } = store
    // It stays open behind the server, so that the test can look into it.
    const kept: Store = {
      log,
      catalog,
      files,
      changes,
      revocations,
      collections,
      check: () => store.check(),
      close: () => Promise.resolve(),
    }
    await using server = await startTestServer({ openStore: kept })
    const writer = await arrived(server)
    for (const text of ['a', 'b', 'c']) {
      const doc = new Y.Doc()
      doc.getText('t').insert(0, text)
      writer.send(encodeUpdate(Y.encodeStateAsUpdate(doc)))
      if (text === 'a') await store.asked
    }
    writer.send(step1)
    await writer.hear(isStep2)
    let ended = false
    const stopped = server.stop().then((saved) => {
      ended = true
      return saved
    })
    await writer.closed
    // The drain looks every 10 ms whether all have gone. In as many turns as these take, what does not wait for the store has ended.
    for (let i = 0; i < 50 && !ended; i++) await fetch(`${server.url}/healthz`)
    expect(ended).toBe(false)
    store.letGo()
    expect(await stopped).toBe(true)
    const { entries } = await log.load('d')
    const copy = new Y.Doc()
    for (const { update } of entries) Y.applyUpdate(copy, update)
    expect(copy.getText('t').toString().split('').toSorted()).toEqual(['a', 'b', 'c'])
  })

  it.each<[string, (raw: RawSocket) => void]>([
    ['does not answer the close', () => {}],
    ['has ended its half', (raw) => raw.socket.end()],
    ['reads nothing', (raw) => raw.socket.pause()],
  ])('S3: a client that %s does not hold the server up', async (_name, behave) => {
    await using server = await startTestServer()
    const raw = await RawSocket.connect(server.port)
    raw.write(upgradeRequest('/sync/d'))
    await expect.poll(() => raw.status).toBe(101)
    behave(raw)
    await server.stop()
    expect(server.captured.of('stopped')).toHaveLength(1)
    raw.socket.destroy()
  })

  it('S3: nor do one that was turned away and one that has said nothing yet', async () => {
    await using server = await startTestServer()
    const silent = await RawSocket.connect(server.port)
    const [away, malformed] = await Promise.all([RawSocket.connect(server.port), RawSocket.connect(server.port)])
    away.write(upgradeRequest('/nope'))
    malformed.write(upgradeRequest('/sync/d', { 'Sec-WebSocket-Key': '' }))
    await Promise.all([away.ended, malformed.ended])
    await server.stop()
    for (const raw of [silent, away, malformed]) raw.socket.destroy()
  })
})
