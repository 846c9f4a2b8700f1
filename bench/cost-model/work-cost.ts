/** What it costs to do something, each measured as what it takes beyond the same without it, in microseconds. */
import { setTimeout } from 'node:timers/promises'
import { encodeAwarenessFrame, messageType } from '@weft/protocol'
import { startServer } from '../../test/support/server-process.ts'
import type { Placement } from '../support/placement.ts'
import { clientFrame } from '../nodes/wire-client.ts'
import { type Bed, cpuMicroseconds, type Usage } from './bed.ts'
import { closeClients, evenly, openClients, writtenFrames } from './crowd.ts'

const documents = 500
const observers = 200
const carets = 100

/** How much somebody writes at a time who types, and who pastes, in characters. */
const typed = 1
const pasted = 16 * 1024

/** What updates cost that come alone, on the node where they are written, on another one, and in Redis. */
export interface UpdateCost {
  readonly updateCpu: number
  readonly redisUpdateCpu: number
  readonly relayedCpu: number
  readonly redisRelayedCpu: number
  /** KiB. */
  readonly redisDocumentMemory: number
}

/**
 * Each of many documents has one writer; then a second node has them open too.
 *
 * @param frameCpu what telling the other node's members takes
 */
export async function updateCost(bed: Bed, frameCpu: number): Promise<UpdateCost> {
  const each = 2 * bed.seconds
  const frames = writtenFrames(2 * each + 1, typed)
  const name = bed.each()
  const writing = await openClients(bed.url(), documents, name)
  const before = await bed.redisMemory()
  await bed.send(writing, frames.slice(0, 1))
  const redisDocumentMemory = ((await bed.redisMemory()) - before) / documents
  const alone = await bed.beyondIdle(() => bed.send(writing, frames.slice(1, each + 1)))
  const watching = await openClients(bed.url(1), documents, name)
  const together = await bed.beyondIdle(() => bed.send(writing, frames.slice(each + 1)))
  await closeClients([...writing, ...watching])
  const count = documents * each
  return {
    updateCpu: (alone.nodes[0] ?? 0) / count,
    redisUpdateCpu: alone.redis / count,
    relayedCpu: (together.nodes[1] ?? 0) / count - frameCpu,
    redisRelayedCpu: (together.redis - alone.redis) / count,
    redisDocumentMemory,
  }
}

/** What a flush costs for each member that it is written to, and for each KiB; and what a KiB costs that is appended. */
export interface FlushCost {
  readonly frameCpu: number
  readonly frameKibCpu: number
  readonly appendedKibCpu: number
}

/** One writes; then many look on. */
export async function flushCost(bed: Bed): Promise<FlushCost> {
  const small = await watched(bed, typed)
  const large = await watched(bed, pasted)
  const kib = pasted / 1024
  return {
    frameCpu: small.frame,
    frameKibCpu: (large.frame - small.frame) / kib,
    appendedKibCpu: (large.update - small.update) / kib,
  }
}

async function watched(bed: Bed, length: number): Promise<{ readonly update: number; readonly frame: number }> {
  // Below the rate at which flushes of a room of this size would gather them.
  const each = 20 * bed.seconds
  const frames = writtenFrames(2 * each, length)
  const document = bed.one()
  const writing = await openClients(bed.url(), 1, document)
  const alone = await bed.beyondIdle(() => bed.send(writing, frames.slice(0, each)))
  let heard = 0
  const watching = await openClients(bed.url(), observers, document, ([type]) => {
    if (type === messageType.sync) heard++
  })
  await setTimeout(1_000)
  heard = 0
  const together = await bed.beyondIdle(() => bed.send(writing, frames.slice(each)))
  await closeClients([...writing, ...watching])
  const [before = 0, after = 0] = [alone, together].map(({ nodes }: Usage) => nodes[0])
  return { update: before / each, frame: (after - before) / heard }
}

/** People move their carets once a second: what a state costs for each who is told of it. */
export async function presenceCost(bed: Bed): Promise<number> {
  const clients = await openClients(bed.url(), carets, bed.one())
  const usage = await bed.beyondIdle(() =>
    evenly(carets, bed.seconds, (turn) => {
      const [index, clock] = [turn % carets, Math.floor(turn / carets) + 1]
      const json = JSON.stringify({ user: { name: `Person ${index}`, color: '#30bced' }, cursor: { at: clock } })
      const entry = { clientId: 3_000_000_000 + index, clock, json }
      clients[index]?.send(clientFrame(encodeAwarenessFrame([entry])), 0)
    }),
  )
  await closeClients(clients)
  return (usage.nodes[0] ?? 0) / (bed.seconds * carets * carets)
}

/** What the process before workers takes for a connection. */
export async function doorCost(bed: Bed, placement: Placement): Promise<number> {
  const { store } = bed.cluster.node(0)
  const args = ['--anonymous', 'write', '--workers', '2']
  await using server = await startServer({ built: true, command: 'serve', store, under: placement.underServer, args })
  await closeClients(await openClients(server.url, documents, bed.each()))
  const before = cpuMicroseconds(server.pid)
  const clients = await openClients(server.url, 4 * documents, bed.each())
  const cpu = cpuMicroseconds(server.pid) - before
  await closeClients(clients)
  return cpu / (4 * documents)
}
