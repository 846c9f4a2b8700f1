/** From a writer at one node to an observer at another: the way over Redis, at the pace of a few people who type at once. */
import { messageType, syncType } from '@weft/protocol'
import { timeMeasures } from '../support/percentiles.ts'
import type { Measure } from '../support/report.ts'
import { Waiting } from '../support/waiting.ts'
import { Cluster, CpuSplit } from './cluster.ts'
import { typedFrames } from './small-updates.ts'
import { WireClient } from './wire-client.ts'
import type { Workload } from '../support/workload.ts'

/** Updates that are sent before any is counted. */
const warmUp = 200

/** The workload `relay`. */
export const relay: Workload = {
  name: 'relay',
  summary: 'a writer on node A to an observer on node B',
  options: {
    'relay-rate': { initial: 100, help: 'updates a second' },
    'relay-updates': { initial: 2_000, help: 'how many updates, after 200 that are not counted' },
  },
  run: async (size, placement) => {
    const rate = size('relay-rate')
    await using cluster = await Cluster.start({ nodes: 2, placement })
    const { latencies, cpu } = await observe(cluster, rate, size('relay-updates'))
    return {
      title: `Writer on node A to observer on node B, ${rate} updates/s (${placement.text})`,
      measures: [...timeMeasures('sent until observed', latencies, 15, 3), ...cpu],
    }
  },
}

/** Each update arrives as one message and in order, or merged with its neighbours where the nodes were busy. */
async function observe(
  cluster: Cluster,
  rate: number,
  count: number,
): Promise<{ latencies: number[]; cpu: Measure[] }> {
  const heard = new Waiting()
  const arrivals: number[] = []
  const observer = await WireClient.open(cluster.node(1).url, 'watched', {
    message: (payload) => {
      if (payload[0] !== messageType.sync || payload[1] !== syncType.update) return
      arrivals.push(performance.now())
      heard.notify()
    },
  })
  const writer = await WireClient.open(cluster.node(0).url, 'watched')
  const latencies: number[] = []
  let cpu: CpuSplit | undefined
  for (const [index, frame] of typedFrames(warmUp + count).entries()) {
    if (index === warmUp) {
      cpu = new CpuSplit({ 'node A': cluster.node(0).pid, 'node B': cluster.node(1).pid, Redis: cluster.redisPid })
    }
    const before = arrivals.length
    const start = performance.now()
    writer.send(frame, 1)
    await heard.until('for an update to be observed', () => arrivals.length > before)
    if (index >= warmUp) latencies.push((arrivals[before] ?? Number.NaN) - start)
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + 1000 / rate - performance.now())))
  }
  const measures = cpu?.measures() ?? []
  for (const client of [writer, observer]) client.destroy()
  return { latencies, cpu: measures }
}
