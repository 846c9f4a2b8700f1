/**
 * A large document is compacted while people type in it and next to it: how long Redis and the node's event loop stand still at
 * most. Redis is asked by a thread of its own, the node by a histogram inside it; the same of a while without a compaction, and
 * of an idle process at the same time, says what the machine is worth.
 */
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Measure } from '../support/report.ts'
import { Cluster } from './cluster.ts'
import { lookUntil } from './crowd.ts'
import { largeState, storeLog } from './large-document.ts'
import { typedFrames } from './small-updates.ts'
import { WireClient } from './wire-client.ts'
import type { Workload } from '../support/workload.ts'

/** How often each of two people types, in milliseconds. */
const typingInterval = 20

/** How long the node is watched without a compaction, in milliseconds. */
const quietTime = 5_000

/** How long the document may take to be open, and to be compacted, in milliseconds. */
const patience = 60_000

/** The workload `compaction`. */
export const compaction: Workload = {
  name: 'compaction',
  summary: 'compacting a large document while people type',
  options: { 'compaction-megabytes': { initial: 20, help: 'how large its state is' } },
  run: async (size, placement) => {
    const megabytes = size('compaction-megabytes')
    // Compaction has a thread of its own: on one core, the scheduler would make the node stand still.
    const threads = { ...placement, underServer: placement.underThreads }
    await using cluster = await Cluster.start({ nodes: 1, placement: threads, watchLoops: true })
    const state = largeState(megabytes)
    // Without a checkpoint the first append makes a compaction due.
    await storeLog(cluster.redis.url, state, 'large')
    const opening = await stalls(cluster, 'while the document is opened', async () => {
      const opened = Promise.withResolvers<void>()
      const watcher = await WireClient.open(cluster.node(0).url, 'large', {
        message: ({ byteLength }) => {
          if (byteLength > 1e6) opened.resolve()
        },
      })
      await opened.promise
      watcher.destroy()
    })
    const beside = await typist(cluster, 'small')
    const before = await stalls(cluster, 'without a compaction', () => setTimeout(quietTime))
    let seconds = 0
    const during = await stalls(
      cluster,
      'while it is compacted',
      async () => {
        const start = performance.now()
        const inside = await typist(cluster, 'large')
        await lookUntil('for the compaction', patience, await compacted(cluster, 'large'))
        seconds = (performance.now() - start) / 1000
        inside.stop()
      },
      20,
    )
    beside.stop()
    return {
      title: `A document of ${(state.byteLength / 1e6).toFixed(1)} MB is compacted while people type (the node on every core, Redis and load on one)`,
      measures: [...during, { name: 'it took', value: seconds, unit: 's' }, ...before, ...opening],
    }
  },
}

/** Someone who types until told to stop. */
async function typist(cluster: Cluster, document: string): Promise<{ stop(): void }> {
  const client = await WireClient.open(cluster.node(0).url, document)
  const frames = typedFrames(patience / typingInterval).values()
  const timer = setInterval(() => {
    const { value } = frames.next()
    if (value !== undefined) client.send(value, 1)
  }, typingInterval)
  return {
    stop: () => {
      clearInterval(timer)
      client.destroy()
    },
  }
}

/** Says whether the document has a checkpoint; asked at most every 50 ms, of a Redis that is being measured. */
async function compacted({ redis }: Cluster, document: string): Promise<() => boolean> {
  const key = `weft:{${document}}:head`
  let found = false
  const ask = async (): Promise<void> => {
    while (!found) {
      await setTimeout(50)
      found = (await redis.client.hexists(key, 'checkpoint:generation')) === 1
    }
  }
  void ask()
  return () => found
}

/** The longest stalls of everything while something is done. */
async function stalls(cluster: Cluster, when: string, act: () => Promise<unknown>, goal?: number): Promise<Measure[]> {
  const pings = new Worker(new URL('../../packages/persistence/test/ping-worker.ts', import.meta.url), {
    workerData: cluster.redis.port,
  })
  await once(pings, 'message')
  await longestStall(cluster)
  const ours = monitorEventLoopDelay({ resolution: 1 })
  ours.enable()
  await act()
  const node = await longestStall(cluster)
  ours.disable()
  pings.postMessage('stop')
  const redis = await new Promise<unknown>((resolve) => pings.once('message', resolve))
  const withGoal = goal === undefined ? {} : { goal: { below: goal } }
  return [
    { name: `longest PING of Redis ${when}`, value: Number(redis), unit: 'ms', ...withGoal },
    { name: `longest stall of the node's event loop ${when}`, value: node, unit: 'ms', ...withGoal },
    { name: `the same of the process that measures`, value: ours.max / 1e6, unit: 'ms' },
  ]
}

/** How long the node's event loop stood still at most since it was last asked, in milliseconds. */
async function longestStall(cluster: Cluster): Promise<number> {
  await rm(cluster.stallFile, { force: true })
  process.kill(cluster.node(0).pid, 'SIGUSR2')
  for (;;) {
    const text = await readFile(cluster.stallFile, 'utf8').catch(() => undefined)
    if (text !== undefined) return Number(text)
    await setTimeout(5)
  }
}
