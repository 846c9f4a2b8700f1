/** W3: everyone's caret moves in one document, while a few type. */
import { setTimeout } from 'node:timers/promises'
import { CaretCrowd } from '../load/caret-crowd.ts'
import { Schedule } from '../load/schedule.ts'
import { Meter } from '../meter.ts'
import { warmUp } from '../warm-up.ts'
import { type Case, documentNamed, warmUpOf, type Workload } from '../workload.ts'

const movesPerPerson = 2
const typists = 5
const updatesPerSecond = 10

/** How long the last states may take until everyone has them, in milliseconds. */
const patience = 10_000

/** The workload. */
export const presence: Workload = {
  id: 'W3',
  title: 'Presence: everyone in one document moves a caret twice a second, five type',
  warmUp,
  metrics: [
    { name: 'server CPU per state delivered', unit: 'µs', better: 'less' },
    { name: 'edits p50', unit: 'ms', better: 'less' },
    { name: 'edits p99', unit: 'ms', better: 'less' },
    { name: 'carets p50', unit: 'ms', better: 'less' },
    { name: 'carets p99', unit: 'ms', better: 'less' },
    { name: 'states delivered per move and person', unit: '', better: 'more' },
    { name: 'bytes out per second', unit: 'MB/s', better: 'less' },
    { name: 'frames out per second', unit: '', better: 'less' },
    { name: 'server on its core', unit: '%', better: 'less' },
    { name: 'load on its core', unit: '%', better: 'less' },
    { name: 'until all have the last states', unit: 'ms', better: 'less' },
    { name: 'last states missing', unit: '%', better: 'less' },
    { name: 'resident memory', unit: 'MiB', better: 'less' },
    { name: 'connections lost', unit: '', better: 'less' },
  ],
  cases: [50, 200, 500].map(carets),
}

function carets(people: number): Case {
  const name = `${people} people`
  return {
    name,
    alone: true,
    async run(system, running, options) {
      const crowd = new CaretCrowd(system, running)
      const schedules: Schedule[] = []
      try {
        await crowd.join(documentNamed(name), people)
        let mover = 0
        schedules.push(new Schedule(people * movesPerPerson, () => crowd.move(mover++ % people)))
        let typist = 0
        schedules.push(new Schedule(updatesPerSecond, () => crowd.type(typist++ % typists)))
        await setTimeout(warmUpOf(options))
        const before = crowd.heard
        crowd.reset()
        const meter = new Meter(running)
        await setTimeout(options.duration)
        const usage = meter.read()
        const after = crowd.heard
        const seconds = usage.elapsed / 1000
        const found = {
          'server CPU per state delivered': (usage.serverCpu / crowd.moves.count) * 1000,
          'edits p50': crowd.edits.percentile(50),
          'edits p99': crowd.edits.percentile(99),
          'carets p50': crowd.moves.percentile(50),
          'carets p99': crowd.moves.percentile(99),
          'states delivered per move and person':
            crowd.moves.count / (seconds * people * movesPerPerson * (people - 1)),
          'bytes out per second': (after.bytes - before.bytes) / 1e6 / seconds,
          'frames out per second': (after.frames - before.frames) / seconds,
          'server on its core': (usage.serverCpu / usage.elapsed) * 100,
          'load on its core': (usage.loadCpu / usage.elapsed) * 100,
          'resident memory': meter.residentMiB,
        }
        for (const schedule of schedules) schedule.stop()
        const end = performance.now()
        while (crowd.missing > 0 && performance.now() - end < patience) await setTimeout(50)
        return {
          ...found,
          'until all have the last states': performance.now() - end,
          'last states missing': (crowd.missing / (people * (people - 1))) * 100,
          'connections lost': crowd.lost,
        }
      } finally {
        for (const schedule of schedules) schedule.stop()
        crowd.close()
      }
    },
  }
}
