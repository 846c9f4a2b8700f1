import { MemoryStore } from '@weft/persistence'
import {
  decodeServerExtension,
  encodeAwarenessFrame,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeToken,
  encodeUpdate,
  isFinalCloseCode,
  weftSubprotocol,
} from '@weft/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import type { LogLine } from '../support/captured-log.ts'
import { RawSocket, upgradeRequest } from '../support/raw-socket.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'
import { SocketClient } from '../support/socket-client.ts'

const MiB = 1024 * 1024
const step1 = encodeSyncStep1(new Uint8Array([0]))
const isStep2 = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 1
const isUpdate = (frame: Uint8Array): boolean => frame[0] === 0 && frame[1] === 2

/** An update that inserts a text. */
function inserting(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

/** An update that needs one which is never sent. */
function orphan(): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, 'never sent')
  const before = Y.encodeStateVector(doc)
  doc.getText('t').insert(5, 'needs it')
  return Y.encodeStateAsUpdate(doc, before)
}

/** A client that is in the room and has heard all that a newcomer hears. */
async function arrived(server: RunningServer, protocols: string[] = []): Promise<SocketClient> {
  const client = await SocketClient.open(`${server.webSocketUrl}/sync/d`, { protocols })
  client.send(step1)
  await client.hear(isStep2)
  client.frames.length = 0
  return client
}

/** Fails unless those in the room hear each other, and heard nothing before. */
async function expectUndisturbed(server: RunningServer, bystander: SocketClient): Promise<void> {
  expect(bystander.frames).toEqual([])
  const other = await arrived(server)
  other.send(encodeUpdate(inserting('still here')))
  await bystander.hear(isUpdate)
  await Promise.all([other.leave(), bystander.leave()])
}

describe('R3: a bad message costs its sender the connection and nobody else anything', () => {
  const update = encodeUpdate(inserting('x'))
  const presence = encodeAwarenessFrame([{ clientId: 7, clock: 1, json: `"${'x'.repeat(32 * 1024)}"` }])

  it.each<[string, Uint8Array | string, number, string]>([
    ['a text frame', 'hello', 4400, 'malformed'],
    ['an empty text frame', '', 4400, 'malformed'],
    ['a text frame whose bytes would be a message', '\u0003', 4400, 'malformed'],
    ['an empty frame', new Uint8Array(), 4400, 'malformed'],
    ['a type that there is not', new Uint8Array([42]), 4400, 'malformed'],
    ['a message that only servers send', new Uint8Array([100, 1]), 4400, 'malformed'],
    ['a sync message that there is not', new Uint8Array([0, 3, 0]), 4400, 'malformed'],
    ['a number cut short', new Uint8Array([0x80]), 4400, 'malformed'],
    ['a number of 70 bits', new Uint8Array(Array.from({ length: 10 }, () => 0xff)), 4400, 'malformed'],
    ['a length past the end', new Uint8Array([0, 2, 100, 1, 2, 3]), 4400, 'malformed'],
    ['a length of 2 to the 53', new Uint8Array([0, 2, 255, 255, 255, 255, 255, 255, 255, 15]), 4400, 'malformed'],
    ['bytes after the message', new Uint8Array([...update, 0]), 4400, 'malformed'],
    ['an update that is none', encodeUpdate(new Uint8Array([9, 9, 9, 9])), 4400, 'malformed'],
    ['a step 2 that is none', encodeSyncStep2(new Uint8Array([255, 1])), 4400, 'malformed'],
    ['a state vector that is none', encodeSyncStep1(new Uint8Array([5, 1])), 4400, 'malformed'],
    ['presence of a billion', new Uint8Array([1, 5, 255, 255, 255, 255, 3]), 4400, 'malformed'],
    ['presence that is no JSON', encodeAwarenessFrame([{ clientId: 7, clock: 1, json: '{' }]), 4400, 'malformed'],
    ['presence past 32 KiB', presence, 4413, 'presence-too-large'],
    ['a frame of 17 MiB', new Uint8Array(17 * MiB), 4413, 'message-too-large'],
  ])('R3: %s', async (_name, frame, code, kind) => {
    await using server = await startTestServer()
    const bystander = await arrived(server)
    const sender = await arrived(server)
    sender.send(frame)
    expect(await sender.closed).toEqual({ code, reason: kind })
    expect(warnings(server)).toEqual([expect.objectContaining({ level: 'warn', document: 'd', kind })])
    await expectUndisturbed(server, bystander)
  })

  it.each<[string, Uint8Array | (() => Uint8Array[]), number]>([
    ['a frame without a mask', new Uint8Array([0x82, 1, 3]), 4400],
    ['a reserved bit', new Uint8Array([0xc2, 0x81, 0, 0, 0, 0, 3]), 4400],
    ['an opcode that there is not', new Uint8Array([0x83, 0x81, 0, 0, 0, 0, 3]), 4400],
    ['a continuation of nothing', new Uint8Array([0x80, 0x81, 0, 0, 0, 0, 3]), 4400],
    ['a text that is not UTF-8', new Uint8Array([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28]), 4400],
    ['a length of 2 to the 63', new Uint8Array([0x82, 0xff, 0x7f, 255, 255, 255, 255, 255, 255, 255]), 4413],
    ['a ping of 126 bytes', new Uint8Array([0x89, 0xfe, 0, 126, 0, 0, 0, 0]), 4400],
    ['20,000 fragments', () => [new Uint8Array([2, 0x80, 0, 0, 0, 0]), ...emptyFragments(20_000)], 4400],
  ])('R3: against the WebSocket protocol: %s', async (_name, bytes, code) => {
    await using server = await startTestServer()
    const bystander = await arrived(server)
    const raw = await RawSocket.connect(server.port)
    raw.write(upgradeRequest('/sync/d'))
    raw.write(Buffer.concat(typeof bytes === 'function' ? bytes() : [bytes]))
    const kind = code === 4400 ? 'malformed' : 'message-too-large'
    await expect.poll(() => raw.heard).toContain(String.fromCharCode(code >> 8, code & 0xff) + kind)
    raw.socket.destroy()
    expect(server.captured.of('connection-refused')).toEqual([expect.objectContaining({ level: 'warn', kind })])
    await expectUndisturbed(server, bystander)
  })

  it('R3: what follows a refused frame is not looked at', async () => {
    await using server = await startTestServer()
    const bystander = await arrived(server)
    const sender = await arrived(server)
    sender.send(new Uint8Array([42]), update, new Uint8Array([43]), 'text')
    expect((await sender.closed).code).toBe(4400)
    expect(server.captured.of('connection-refused')).toHaveLength(1)
    await expectUndisturbed(server, bystander)
  })

  it('a message in fragments is one message', async () => {
    await using server = await startTestServer()
    const bystander = await arrived(server)
    const sender = await arrived(server)
    for (const byte of update.subarray(0, -1)) sender.ws.send(new Uint8Array([byte]), { binary: true, fin: false })
    sender.ws.send(update.subarray(-1), { binary: true, fin: true })
    expect(Buffer.from(await bystander.hear(isUpdate)).equals(update)).toBe(true)
  })

  it('a fresh token where nobody verifies any does not hold', async () => {
    await using server = await startTestServer()
    const client = await arrived(server)
    client.send(encodeToken('secret-token'), step1)
    expect(await client.closed).toEqual({ code: 4401, reason: 'unauthorized' })
    expect(server.captured.text).not.toContain('secret-token')
  })

  it('R3: any bytes at all are taken or closed with 44xx, and the room goes on', { timeout: 60_000 }, async () => {
    await using server = await startTestServer({ logLevel: 'warn' })
    const bystander = await arrived(server)
    const inTheRoom = await SocketClient.open(`${server.webSocketUrl}/sync/fuzzed`)
    const frames = fc.oneof(
      fc.uint8Array({ maxLength: 64 }),
      fc
        .tuple(fc.constantFrom(0, 1, 3, 101, 103), fc.nat(4), fc.uint8Array({ maxLength: 64 }))
        .map(([type, sub, rest]) => {
          return new Uint8Array([type, sub, ...rest])
        }),
      fc.uint8Array({ maxLength: 64 }).map(encodeUpdate),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(frames, { minLength: 1, maxLength: 5 }), async (list) => {
        const before = warnings(server).length
        const sender = await SocketClient.open(`${server.webSocketUrl}/sync/fuzzed`)
        sender.send(...list)
        // Whoever is still welcome gets an answer.
        sender.send(step1)
        const taken = sender.hear(isStep2).then(
          () => 'taken',
          () => 'closed',
        )
        const ending = await taken
        if (ending === 'closed') expect((await sender.closed).code).toSatisfy(isFinalCloseCode)
        else await sender.leave()
        const lines = warnings(server).length - before
        // One from the room, if it found an update unreadable, and one from the connection, if it found a later frame malformed before that.
        if (ending === 'closed') expect([1, 2]).toContain(lines)
        // A fresh token is looked at while the frames behind it are answered already.
        else expect(lines).toBeLessThanOrEqual(list.some(([type]) => type === 101) ? 1 : 0)
        // Who shares the room with it is answered as ever.
        inTheRoom.send(step1)
        await inTheRoom.hear(isStep2)
      }),
      { numRuns: 300 },
    )
    expect(server.captured.of('connection-failed')).toEqual([])
    await expectUndisturbed(server, bystander)
  })
})

describe('what a reader, or one that is ahead of itself, is told', () => {
  it('R5: a reader that writes is told why, keeps its seat, and nothing changes', async () => {
    const store = new MemoryStore()
    await store.catalog.create({ id: 'd', title: '', createdBy: 'x', at: 0 })
    await using server = await startTestServer({ openStore: store, anonymous: 'read' })
    const other = await arrived(server)
    const reader = await arrived(server, [weftSubprotocol])
    reader.send(encodeUpdate(inserting('not mine to write')))
    const denied = await reader.hear((frame) => frame[0] === 2)
    expect(new TextDecoder().decode(denied.subarray(3))).toMatch(/read this document but not change it/)
    const error = decodeServerExtension(await reader.hear((frame) => frame[0] === 102))
    expect(error).toMatchObject({ type: 'error', kind: 'read-only', frame: 1 })
    // Stock clients always answer step 1 with a step 2; one that brings nothing is no offence.
    reader.send(encodeSyncStep2(new Uint8Array([0, 0])))
    const entry = { clientId: 7, clock: 1, json: '{"here":true}' }
    reader.send(encodeAwarenessFrame([entry]))
    expect(Buffer.from(await other.hear((frame) => frame[0] === 1)).equals(encodeAwarenessFrame([entry]))).toBe(true)
    expect(other.frames.filter(isUpdate)).toEqual([])
    expect(reader.ws.readyState).toBe(reader.ws.OPEN)
    expect(server.captured.of('member-refused')).toHaveLength(1)
    expect((await store.log.load('d')).entries).toEqual([])
  })

  it('R5: a reader does not create what it opens', async () => {
    await using server = await startTestServer({ anonymous: 'read' })
    const reader = await SocketClient.open(`${server.webSocketUrl}/sync/d`)
    expect(await reader.closed).toEqual({ code: 4404, reason: 'not-found' })
    const client = await SocketClient.open(`${server.webSocketUrl}/sync/e`, { protocols: [weftSubprotocol] })
    expect((await client.closed).code).toBe(4404)
  })

  it('R9: an update whose dependencies never come is saved, and bounded: past it 4400', async () => {
    await using server = await startTestServer()
    const bystander = await arrived(server)
    const writer = await arrived(server, [weftSubprotocol])
    writer.send(encodeUpdate(orphan()))
    const isSaved = (frame: Uint8Array): boolean => decodeServerExtension(frame)?.type === 'saved'
    expect(decodeServerExtension(await writer.hear(isSaved))).toEqual({ type: 'saved', frames: 1 })
    const big = new Y.Doc()
    big.getText('t').insert(0, 'x')
    const before = Y.encodeStateVector(big)
    for (let i = 0; i < 10; i++) {
      big.getText('t').insert(1, String(i).repeat(256 * 1024))
      writer.send(encodeUpdate(Y.encodeStateAsUpdate(big, before)))
    }
    expect(await writer.closed).toEqual({ code: 4400, reason: 'missing-dependencies' })
    bystander.frames.length = 0
    await expectUndisturbed(server, bystander)
  })
})

/** The lines of level warn and above, but for how busy the machine is. */
function warnings(server: RunningServer): LogLine[] {
  return server.captured.lines.filter(
    ({ level, event }) => level !== 'info' && level !== 'debug' && event !== 'load-changed',
  )
}

function emptyFragments(count: number): Uint8Array[] {
  return Array.from({ length: count }, () => new Uint8Array([0, 0x80, 0, 0, 0, 0]))
}
