/**
 * Opening a large document that no node has loaded: how long until the first byte of its state is with the client, beside what
 * a plain client of Redis takes for the same keys. Both are on the same core, and take turns.
 */
import { once } from 'node:events'
import type { RedisServer } from '../../packages/persistence/test/redis-server.ts'
import { messageType, syncType } from '@weft/protocol'
import { percentile, timeMeasures } from '../support/percentiles.ts'
import { Cluster } from './cluster.ts'
import { largeState, storeCheckpoints } from './large-document.ts'
import { WireClient } from './wire-client.ts'
import type { Workload } from '../support/workload.ts'

/** Messages of at least so many bytes are a state, or a part of one; what else a newcomer is told is shorter. */
const stateBytes = 16 * 1024

/** The workload `first-byte`. */
export const firstByte: Workload = {
  name: 'first-byte',
  summary: 'opening a large document that no node has loaded',
  options: {
    'first-byte-megabytes': { initial: 5, help: 'how large its state is' },
    'first-byte-documents': { initial: 15, help: 'how many of them are opened, one after the other' },
  },
  run: async (size, placement) => {
    await using cluster = await Cluster.start({ nodes: 1, placement })
    const state = largeState(size('first-byte-megabytes'))
    const documents = Array.from({ length: size('first-byte-documents') }, (_, index) => `large/${index}`)
    // The first of each compiles code, and is not counted.
    const warm = ['warm/0', 'warm/1', 'warm/2']
    await storeCheckpoints(cluster.redis.url, state, [...warm, ...documents])
    const reads: number[] = []
    const opened: OpenTimes[] = []
    let [fields, bytes] = [0, 0]
    for (const document of [...warm, ...documents]) {
      const read = await readCheckpoint(cluster.redis, document)
      const open = await openDocument(cluster.node(0).url, document)
      if (warm.includes(document)) continue
      reads.push(read.milliseconds)
      opened.push(open)
      ;[fields, bytes] = [read.fields, read.bytes]
    }
    const first = opened.map(({ firstByte: time }) => time)
    return {
      title: `Opening a document of ${(state.byteLength / 1e6).toFixed(1)} MB, of which Redis holds ${fields} fields with ${(bytes / 1e6).toFixed(1)} MB (${placement.text})`,
      measures: [
        ...timeMeasures('reading those bytes from Redis', reads),
        ...timeMeasures(
          'connecting until the upgrade is answered',
          opened.map(({ upgraded }) => upgraded),
        ),
        ...timeMeasures('connecting until the first byte of the state', first),
        ...timeMeasures(
          'connecting until all of the state',
          opened.map(({ whole }) => whole),
        ),
        ...timeMeasures(
          'connecting until synced',
          opened.map(({ synced }) => synced),
        ),
        {
          name: 'first byte, in times of reading (medians)',
          value: percentile(first, 50) / percentile(reads, 50),
          unit: 'times',
          goal: { below: 1.3 },
        },
        {
          name: 'the same of the fastest of both',
          value: Math.min(...first) / Math.min(...reads),
          unit: 'times',
        },
      ],
    }
  },
}

/** Milliseconds from the moment at which the client began to connect. */
interface OpenTimes {
  readonly upgraded: number
  readonly firstByte: number
  readonly whole: number
  readonly synced: number
}

async function openDocument(server: string, document: string): Promise<OpenTimes> {
  const start = performance.now()
  const synced = Promise.withResolvers<number>()
  let [first, whole] = [Number.NaN, Number.NaN]
  const client = await WireClient.open(server, document, {
    head: (length) => {
      if (Number.isNaN(first) && length >= stateBytes) first = performance.now() - start
    },
    message: (payload) => {
      const now = performance.now() - start
      if (payload.byteLength >= stateBytes) whole = now
      if (payload[0] === messageType.sync && payload[1] === syncType.step2) synced.resolve(now)
    },
  })
  const upgraded = performance.now() - start
  // Until then the node is busy with this document, and the next one would wait for it.
  const end = await synced.promise
  client.destroy()
  return { upgraded, firstByte: first, whole, synced: end }
}

/** All that Redis holds of a document's state, each field in a command of its own, in one write. */
async function readCheckpoint(
  { client }: RedisServer,
  document: string,
): Promise<{ milliseconds: number; fields: number; bytes: number }> {
  if (client.status !== 'ready') await once(client, 'ready')
  const [key = ''] = await client.keys(`weft:{${document}}:checkpoint:*`)
  const fields = await client.hkeys(key)
  const start = performance.now()
  const read = await Promise.all(fields.map((field) => client.hgetBuffer(key, field)))
  const milliseconds = performance.now() - start
  return { milliseconds, fields: fields.length, bytes: read.reduce((sum, value) => sum + (value?.byteLength ?? 0), 0) }
}
