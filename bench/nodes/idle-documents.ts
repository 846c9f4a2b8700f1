/**
 * What documents cost that nobody writes in: first each with one client that says nothing, then open with nobody in them. A
 * node asks Redis of every open document every ten seconds whether something was missed, and says something to every client
 * every fifteen.
 */
import { setTimeout } from 'node:timers/promises'
import { memoryOf } from '../support/process-memory.ts'
import type { Measure } from '../support/report.ts'
import { Cluster, CpuSplit } from './cluster.ts'
import { WireClient } from './wire-client.ts'
import type { Workload } from '../support/workload.ts'

/** Documents that are opened at the same time. */
const openingAtOnce = 50

/** How long the node gets to come to rest, in milliseconds. */
const rest = 5_000

/** The workload `idle`. */
export const idleDocuments: Workload = {
  name: 'idle',
  summary: 'idle documents that are open on a node',
  options: {
    'idle-documents': { initial: 10_000, help: 'how many' },
    'idle-seconds': { initial: 30, help: 'how long each of the two is watched' },
  },
  run: async (size, placement) => {
    const documents = size('idle-documents')
    const milliseconds = size('idle-seconds') * 1000
    // Long enough for the documents to stay open when their clients have gone.
    await using cluster = await Cluster.start({ nodes: 1, placement, args: ['--empty-room-grace', '600000'] })
    const before = memories(cluster)
    const clients = await openAll(cluster.node(0).url, documents)
    const inhabited = await watch(cluster, milliseconds, 'one client each')
    for (const client of clients) client.destroy()
    const empty = await watch(cluster, milliseconds, 'nobody there', 1)
    return {
      title: `${documents} idle documents open on a node (${placement.text})`,
      measures: [
        ...inhabited,
        ...empty,
        ...memories(cluster).map(({ name, value, unit }, index) => ({
          name: `${name} that a document takes`,
          value: ((value - (before[index]?.value ?? 0)) * 1024) / documents,
          unit: unit.replace('MiB', 'KiB'),
        })),
      ],
    }
  },
}

async function watch(cluster: Cluster, milliseconds: number, what: string, goal?: number): Promise<Measure[]> {
  await setTimeout(rest)
  const cpu = new CpuSplit({ 'the node': cluster.node(0).pid, Redis: cluster.redisPid })
  await setTimeout(milliseconds)
  return [...cpu.measures(goal), ...memories(cluster)].map((measure) => ({
    ...measure,
    name: `${measure.name}, ${what}`,
  }))
}

function memories(cluster: Cluster): Measure[] {
  return [
    { name: 'memory of the node', value: memoryOf(cluster.node(0).pid, 'status', 'VmRSS'), unit: 'MiB' },
    { name: 'memory of Redis', value: memoryOf(cluster.redisPid, 'status', 'VmRSS'), unit: 'MiB' },
  ]
}

async function openAll(server: string, count: number): Promise<WireClient[]> {
  const clients: WireClient[] = []
  let next = 0
  const openInTurn = async (): Promise<void> => {
    while (next < count) clients.push(await openOne(server, `idle/${next++}`))
  }
  await Promise.all(Array.from({ length: openingAtOnce }, openInTurn))
  return clients
}

/** Resolves when the node has answered: the document is open then. */
async function openOne(server: string, document: string): Promise<WireClient> {
  const answered = Promise.withResolvers<void>()
  const client = await WireClient.open(server, document, { message: () => answered.resolve() })
  await answered.promise
  return client
}
