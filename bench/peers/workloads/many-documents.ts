/** W2: many documents with few people each, who all type a little. */
import { setTimeout } from 'node:timers/promises'
import { Crowd, severally } from '../load/crowd.ts'
import { Schedule } from '../load/schedule.ts'
import { Meter } from '../meter.ts'
import { warmUp } from '../warm-up.ts'
import { type Case, documentNamed, warmUpOf, type Workload } from '../workload.ts'

const updatesPerPerson = 2
const settling = 1000

/** The workload. */
export const manyDocuments: Workload = {
  id: 'W2',
  title: 'Many documents, a few people in each, 2 updates/s per person',
  warmUp,
  metrics: [
    { name: 'server CPU per update', unit: 'µs', better: 'less' },
    { name: 'helper CPU per update', unit: 'µs', better: 'less' },
    { name: 'latency p50', unit: 'ms', better: 'less' },
    { name: 'latency p99', unit: 'ms', better: 'less' },
    { name: 'updates', unit: '/s', better: 'more' },
    { name: 'server on its core', unit: '%', better: 'less' },
    { name: 'load on its core', unit: '%', better: 'less' },
    { name: 'resident memory', unit: 'MiB', better: 'less' },
    { name: 'deliveries missing', unit: '%', better: 'less' },
    { name: 'connections lost', unit: '', better: 'less' },
  ],
  cases: [many('200 documents × 4 people', 200, 4), many('2,000 documents × 2 people', 2000, 2)],
}

function many(name: string, documents: number, people: number): Case {
  return {
    name,
    alone: true,
    async run(system, running, options) {
      const crowd = new Crowd(system, running)
      let schedule: Schedule | undefined
      try {
        await severally(documents, (index) => crowd.write(`${documentNamed(name)}-${index}`, people, true))
        let turn = 0
        schedule = new Schedule(documents * people * updatesPerPerson, () => {
          const writer = crowd.writers[turn++ % crowd.writers.length]
          if (writer !== undefined) crowd.type(writer)
        })
        await setTimeout(warmUpOf(options))
        const sent = crowd.sent
        crowd.reset()
        const meter = new Meter(running)
        await setTimeout(options.duration)
        const usage = meter.read()
        const updates = crowd.sent - sent
        const found = {
          'server CPU per update': (usage.serverCpu / updates) * 1000,
          'helper CPU per update': (usage.helperCpu / updates) * 1000,
          'latency p50': crowd.latency.percentile(50),
          'latency p99': crowd.latency.percentile(99),
          updates: updates / (usage.elapsed / 1000),
          'server on its core': (usage.serverCpu / usage.elapsed) * 100,
          'load on its core': (usage.loadCpu / usage.elapsed) * 100,
          'resident memory': meter.residentMiB,
        }
        schedule.stop()
        await setTimeout(settling)
        const others = people - 1
        return {
          ...found,
          'deliveries missing': Math.max(0, 1 - crowd.arrived / (crowd.sent * others)) * 100,
          'connections lost': crowd.lost,
        }
      } finally {
        schedule?.stop()
        crowd.close()
      }
    },
  }
}
