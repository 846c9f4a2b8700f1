import { setTimeout } from 'node:timers/promises'
import { encodeUpdate } from '@weft/protocol'
import * as Y from 'yjs'
import { clientFrame, WireClient } from '../nodes/wire-client.ts'

/** Connections that are opened at the same time. */
const openingAtOnce = 50

/** Opens so many connections; each has been answered. */
export async function openClients(
  server: string,
  count: number,
  documentOf: (index: number) => string,
  heard: (payload: Uint8Array) => void = () => {},
): Promise<WireClient[]> {
  const clients: WireClient[] = []
  let next = 0
  const openInTurn = async (): Promise<void> => {
    while (next < count) {
      const index = next++
      const answered = Promise.withResolvers<void>()
      const message = (payload: Uint8Array): void => {
        answered.resolve()
        heard(payload)
      }
      clients[index] = await WireClient.open(server, documentOf(index), { message })
      await answered.promise
    }
  }
  await Promise.all(Array.from({ length: openingAtOnce }, openInTurn))
  return clients
}

/** Ends connections, and waits a little until the server has noticed. */
export async function closeClients(clients: readonly WireClient[]): Promise<void> {
  for (const client of clients) client.destroy()
  await setTimeout(500)
}

/** Does something so many times a second, evenly, for so many seconds. */
export async function evenly(rate: number, seconds: number, act: (turn: number) => void): Promise<void> {
  const start = performance.now()
  for (let done = 0; done < rate * seconds;) {
    const due = Math.min(rate * seconds, ((performance.now() - start) / 1000) * rate)
    while (done < due) act(done++)
    await setTimeout(2)
  }
}

/** Frames of somebody who writes texts of a length, one after the other. They are good for every document, once each and in order. */
export function writtenFrames(count: number, length: number): Buffer[] {
  const doc = new Y.Doc()
  const frames: Buffer[] = []
  doc.on('update', (update: Uint8Array) => frames.push(clientFrame(encodeUpdate(update))))
  const text = doc.getText('text')
  for (let index = 0; index < count; index++) text.insert(text.length, 'k'.repeat(length))
  doc.destroy()
  return frames
}
