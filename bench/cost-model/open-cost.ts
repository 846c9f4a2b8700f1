import { setTimeout } from 'node:timers/promises'
import type { WireClient } from '../nodes/wire-client.ts'
import type { Bed } from './bed.ts'
import { openClients } from './crowd.ts'

/** What one of many takes: to open, to keep each second, in memory. */
export interface OpenCost {
  /** KiB. */
  readonly memory: number
  /** µs. */
  readonly openCpu: number
  readonly redisOpenCpu: number
  /** µs a second. */
  readonly idleCpu: number
  readonly redisIdleCpu: number
}

const count = 3_000

/** Opens many connections and keeps them. The bed is of no use afterwards: memory that was taken once is not given back. */
export async function openCost(bed: Bed, documentOf: (index: number) => string): Promise<OpenCost> {
  const before = await bed.memory()
  let clients: WireClient[] = []
  const opening = await bed.beyondIdle(async () => (clients = await openClients(bed.url(), count, documentOf)))
  const memory = (await bed.memory()) - before
  // Each is told something every 15 s, and each document is asked for every 10 s.
  const kept = await bed.beyondIdle(() => setTimeout(30_000))
  for (const client of clients) client.destroy()
  return {
    memory: memory / count,
    openCpu: (opening.nodes[0] ?? 0) / count,
    redisOpenCpu: opening.redis / count,
    idleCpu: (kept.nodes[0] ?? 0) / count / kept.seconds,
    redisIdleCpu: kept.redis / count / kept.seconds,
  }
}
