/** W7: who writes and who looks on are on different nodes. */
import { setTimeout } from 'node:timers/promises'
import { Crowd } from '../load/crowd.ts'
import { Schedule } from '../load/schedule.ts'
import { Meter } from '../meter.ts'
import { otherNode, pairs } from '../two-nodes.ts'
import { warmUpOf, type Workload } from '../workload.ts'

const observers = 20
const writers = 5
const updatesPerSecond = 100
const settling = 1000

/** The workload. */
export const twoNodes: Workload = {
  id: 'W7',
  title: `Two nodes: ${writers} writers on one, ${observers} observers on the other`,
  systems: pairs,
  metrics: [
    { name: 'latency p50', unit: 'ms', better: 'less' },
    { name: 'latency p99', unit: 'ms', better: 'less' },
    { name: 'CPU of nodes and Redis per second', unit: 'ms', better: 'less' },
    { name: 'CPU of the writers’ node per second', unit: 'ms', better: 'less' },
    { name: 'load on its core', unit: '%', better: 'less' },
    { name: 'deliveries missing', unit: '%', better: 'less' },
    { name: 'connections lost', unit: '', better: 'less' },
  ],
  cases: [
    {
      name: `${observers} observers`,
      async run(system, running, { duration }) {
        const crowd = new Crowd(system, running)
        let schedule: Schedule | undefined
        try {
          await crowd.observe('two-nodes', observers, otherNode(running))
          await crowd.write('two-nodes', writers)
          let turn = 0
          schedule = new Schedule(updatesPerSecond, () => {
            const writer = crowd.writers[turn++ % writers]
            if (writer !== undefined) crowd.type(writer)
          })
          await setTimeout(warmUpOf({ duration }))
          crowd.reset()
          const meter = new Meter(running)
          await setTimeout(duration)
          const usage = meter.read()
          const seconds = usage.elapsed / 1000
          const found = {
            'latency p50': crowd.latency.percentile(50),
            'latency p99': crowd.latency.percentile(99),
            'CPU of nodes and Redis per second': (usage.serverCpu + usage.helperCpu) / seconds,
            'CPU of the writers’ node per second': usage.serverCpu / seconds,
            'load on its core': (usage.loadCpu / usage.elapsed) * 100,
          }
          schedule.stop()
          await setTimeout(settling)
          return {
            ...found,
            'deliveries missing': (1 - crowd.arrived / (crowd.sent * observers)) * 100,
            'connections lost': crowd.lost,
          }
        } finally {
          schedule?.stop()
          crowd.close()
        }
      },
    },
  ],
}
