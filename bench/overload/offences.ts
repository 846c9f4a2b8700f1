import { connect } from 'node:net'
import { encodeAwarenessFrame, encodeUpdate, maxPresenceStateBytes } from '@weft/protocol'
import { WebSocket } from 'ws'
import * as Y from 'yjs'

/** A way to trouble a server. */
export interface Offence {
  /** Comes to where it will offend, and does nothing that others do not do. */
  readonly come: (url: string) => Promise<() => void>
}

/** So much may be on its way before no more is written. */
const mostBuffered = 4 * 1024 * 1024

const step1 = new Uint8Array([0, 0, 1, 0])

/** An update that changes nothing, as small as there is. */
const nothing = new Uint8Array([0, 2, 2, 0, 0])

/** All of them, by name. */
export const offences: Readonly<Record<'tiny' | 'presence' | 'handshakes' | 'slow', Offence>> = {
  /** One member that sends 100,000 tiny messages a second. */
  tiny: {
    come: async (url) => {
      const client = await member(url)
      return () => {
        setInterval(() => {
          for (let i = 0; i < 1_000 && client.bufferedAmount < mostBuffered; i++) client.send(nothing)
        }, 10)
      }
    },
  },
  /** One member that sends presence of 32 KiB at 60 Hz, to a hundred. */
  presence: {
    come: async (url) => {
      const [loud] = await members(url, 101)
      let clock = 0
      return () => {
        setInterval(() => {
          const json = JSON.stringify(`${clock}`.padEnd(maxPresenceStateBytes - 2, 'x'))
          if (loud !== undefined && loud.bufferedAmount < mostBuffered) {
            loud.send(encodeAwarenessFrame([{ clientId: 7, clock: ++clock, json }]))
          }
        }, 1000 / 60)
      }
    },
  },
  /** A thousand connections that never finish their request, a thousand that are opened and say nothing, and come back. */
  handshakes: {
    come: (url) =>
      Promise.resolve(() => {
        for (let i = 0; i < 1_000; i++) {
          neverFinish(url)
          // Elsewhere: in the same document they would be members, and what people felt were the cost of a thousand readers.
          neverSpeak(`${url}/silent`)
        }
      }),
  },
  /** 500 members that stop reading while one writes 32 KiB ten times a second. */
  slow: {
    come: async (url) => {
      const slow = await members(url, 500)
      const writer = await member(url)
      const doc = new Y.Doc()
      doc.on('update', (update: Uint8Array) => writer.send(encodeUpdate(update)))
      const text = doc.getText('page')
      let page = 0
      setInterval(() => {
        if (writer.bufferedAmount > mostBuffered) return
        doc.transact(() => {
          text.delete(0, text.length)
          text.insert(0, `${page++}`.padEnd(32 * 1024, 'x'))
        })
      }, 100)
      return () => {
        for (const client of slow) client.pause()
      }
    },
  },
}

/** The name of an offence. */
export type OffenceName = keyof typeof offences

async function member(url: string): Promise<WebSocket> {
  const client = new WebSocket(url, { perMessageDeflate: false })
  client.on('error', () => {})
  await new Promise<void>((resolve) => client.once('open', resolve))
  client.send(step1)
  await new Promise<void>((resolve) => client.once('message', () => resolve()))
  return client
}

/** So many, some at a time. */
async function members(url: string, count: number): Promise<WebSocket[]> {
  const all: WebSocket[] = []
  while (all.length < count) {
    all.push(...(await Promise.all(Array.from({ length: Math.min(50, count - all.length) }, () => member(url)))))
  }
  return all
}

function neverFinish(url: string): void {
  const { port, hostname } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.write('GET /sync/d HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgr')
  socket.on('error', () => {})
  socket.resume()
  socket.once('close', () => setTimeout(() => neverFinish(url), 1_000))
}

function neverSpeak(url: string): void {
  const client = new WebSocket(url, { perMessageDeflate: false })
  client.on('error', () => {})
  client.once('close', () => setTimeout(() => neverSpeak(url), 1_000))
}
