import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { openStore } from '@weft/persistence'
import {
  closeCodes,
  decodeClientFrame,
  encodeAwarenessFrame,
  encodeEpoch,
  encodeError,
  encodePermissionDenied,
  encodeSaved,
  encodeSyncStep1,
  encodeSyncStep2,
  encodeToken,
  encodeUpdate,
} from '@weft/protocol'
import { createLog, noTokens, startServer, type WeftServer } from '@weft/server'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'

const text = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')

const bytes = z.string().transform((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))
const entries = z.array(z.object({ clientId: z.number(), clock: z.number(), json: z.string() }))

/** What the page says of a message, and how it is encoded. */
const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('sync-step-1'), stateVector: bytes }),
  z.object({ type: z.literal('sync-step-2'), update: bytes }),
  z.object({ type: z.literal('update'), update: bytes }),
  z.object({ type: z.literal('awareness'), entries }),
  z.object({ type: z.literal('query-awareness') }),
  z.object({ type: z.literal('token'), token: z.string() }),
  z.object({ type: z.literal('epoch'), epoch: z.string() }),
  z.object({ type: z.literal('saved'), frames: z.number() }),
  z.object({ type: z.literal('error'), kind: z.string(), text: z.string(), frame: z.number() }),
  z.object({ type: z.literal('permission-denied'), reason: z.string() }),
])

function encode(said: z.infer<typeof message>): Uint8Array {
  switch (said.type) {
    case 'sync-step-1':
      return encodeSyncStep1(said.stateVector)
    case 'sync-step-2':
      return encodeSyncStep2(said.update)
    case 'update':
      return encodeUpdate(said.update)
    case 'awareness':
      return encodeAwarenessFrame(said.entries)
    case 'query-awareness':
      return new Uint8Array([3])
    case 'token':
      return encodeToken(said.token)
    case 'epoch':
      return encodeEpoch(said.epoch)
    case 'saved':
      return encodeSaved(said.frames)
    case 'error':
      return encodeError(said.kind, said.text, said.frame)
    case 'permission-denied':
      return encodePermissionDenied(said.reason)
  }
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'))
}

function toHex(frame: Uint8Array): string {
  return Buffer.from(frame)
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1 ')
}

/** A server of this process, with nothing in it. */
async function start(): Promise<WeftServer> {
  const config = {
    store: 'memory:',
    durability: 'memory',
    redisSettings: 'checked',
    role: 'all',
    workers: 1,
    port: 0,
    host: '127.0.0.1',
    anonymous: 'write',
    auth: noTokens,
    allowedOrigins: [],
    trustProxy: [],
    connectionsPerAddress: 1_000,
    drainWindow: 0,
    emptyRoomGrace: 0,
    maxFileSize: 10,
    maxFilesSize: 100,
    trashRetention: 0,
    auditRetention: 0,
    webhookNetworks: [],
    logLevel: 'silent',
  } as const
  const parts = { openStore: () => openStore('memory:'), node: 'node-a', log: createLog('silent') }
  return await startServer(config, { ...parts, anyLoopbackOrigin: false })
}

/** JSON in which `"{anything}"` stands for some text. */
function withPlaceholders(json: string): unknown {
  const some: unknown = expect.any(String)
  return JSON.parse(json, (_key, value: unknown) =>
    typeof value === 'string' && /^\{\w+\}$/.test(value) ? some : value,
  )
}

const examples = [...text.matchAll(/^```frame\n(client|server) (\{.*\})\n([0-9a-f \n]+)\n```$/gm)].map(
  ([, sender = '', json = '', hex = '']) => ({ sender, json, hex }),
)

describe('docs/protocol.md', () => {
  it('has an example of every message', () => {
    const types = new Set(examples.map(({ json }) => message.parse(JSON.parse(json)).type))
    expect(types.size).toBe(message.options.length)
    expect(examples).toHaveLength(text.split('```frame').length - 1)
  })

  it.each(examples)('$sender $json', ({ sender, json, hex }) => {
    const said = message.parse(JSON.parse(json))
    expect(toHex(encode(said))).toBe(hex)
    if (sender === 'client') expect(decodeClientFrame(fromHex(hex))).toEqual(said)
  })

  it('has every kind of refusal in the row of its close code', () => {
    const rows = [...text.matchAll(/^\| (\d{4}) +\| (.*) \|$/gm)].flatMap(([, code, kinds = '']) =>
      (kinds.match(/[a-z-]+/g) ?? []).map((kind) => [kind, Number(code)]),
    )
    expect(Object.fromEntries(rows)).toEqual(closeCodes)
  })

  it('its requests are answered as it says', async () => {
    const lines = /^```http\n([^`]+)\n```$/m.exec(text)?.[1]?.split('\n') ?? []
    expect(lines.length).toBeGreaterThan(10)
    const server = await start()
    try {
      for (const [index, line] of lines.entries()) {
        const [, method = '', path = '', body] = /^> (\w+) (\S+)(?: (.*))?$/.exec(line) ?? []
        if (method === '') continue
        const response = await fetch(server.url + path, { method, ...(body === undefined ? {} : { body }) })
        const [, status = '', answer = ''] = /^< (\d+) (.*)$/.exec(lines[index + 1] ?? '') ?? []
        expect([line, response.status, await response.json()]).toEqual([line, Number(status), withPlaceholders(answer)])
        const type = response.status < 400 ? 'application/json' : 'application/problem+json'
        expect(response.headers.get('content-type')).toMatch(type)
      }
    } finally {
      await server.stop()
    }
  })

  it('its session is what a server says', async () => {
    const session = /^```session\n([^`]+)\n```$/m.exec(text)?.[1]?.split('\n') ?? []
    expect(session.length).toBeGreaterThan(5)
    const server = await start()
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/sync/new`, ['weft.1'])
    const heard: Buffer[] = []
    socket.on('message', (frame: Buffer) => heard.push(frame))
    try {
      await once(socket, 'open')
      for (const line of session) {
        if (line.startsWith('> ')) {
          socket.send(fromHex(line.slice(2)))
          continue
        }
        if (heard.length === 0) await once(socket, 'message')
        const frame = toHex(heard.shift() ?? new Uint8Array())
        const expected = line.slice(2)
        if (expected.endsWith(' {epoch}')) expect(frame.startsWith(expected.replace('{epoch}', ''))).toBe(true)
        else expect(frame).toBe(expected)
      }
    } finally {
      socket.terminate()
      await server.stop()
    }
  })
})
