/** W1: a few write into one document, and many look on. */
import { setTimeout } from 'node:timers/promises'
import { Crowd } from '../load/crowd.ts'
import { Schedule } from '../load/schedule.ts'
import { Meter } from '../meter.ts'
import type { RunningSystem, System } from '../system.ts'
import { warmUp } from '../warm-up.ts'
import { type Case, documentNamed, type Found, warmUpOf, type Workload, type WorkloadOptions } from '../workload.ts'

const writers = 5
const updatesPerSecond = 100

/** For what was sent to arrive, in milliseconds, once nothing more is: a server that was saturated may need longer than it is worth. */
const settling = 5000

/** A saturated writer goes on when so much of what it sent has arrived at the first observer: few enough to wait, many enough to never. */
const windowOfSaturated = 2000

/** The workload. */
export const fanOut: Workload = {
  id: 'W1',
  title: 'Fan-out: one document, 5 writers, many observers',
  warmUp,
  metrics: [
    { name: 'server CPU per delivered update', unit: 'µs', better: 'less' },
    { name: 'deliveries per CPU second', unit: '', better: 'more' },
    { name: 'latency p50', unit: 'ms', better: 'less' },
    { name: 'latency p99', unit: 'ms', better: 'less' },
    { name: 'bytes out per delivered update', unit: 'B', better: 'less' },
    { name: 'frames out per delivered update', unit: '', better: 'less' },
    { name: 'resident memory', unit: 'MiB', better: 'less' },
    { name: 'helper CPU per delivered update', unit: 'µs', better: 'less' },
    { name: 'load on its core', unit: '%', better: 'less' },
    { name: 'deliveries not there 5 s later', unit: '%', better: 'less' },
    { name: 'connections lost', unit: '', better: 'less' },
  ],
  cases: [
    steady('1 writer, 1 observer', 1, 1, 100),
    steady('50 observers', 50, writers, updatesPerSecond),
    steady('200 observers', 200, writers, updatesPerSecond),
    steady('1,000 observers', 1000, writers, updatesPerSecond),
    saturated('200 observers, saturated', 200),
    saturated('1,000 observers, saturated', 1000),
  ],
}

function steady(name: string, observers: number, writing: number, rate: number): Case {
  return {
    name,
    run: (system, running, options) =>
      inCrowd({ system, running, name, observers, writing }, async (crowd) => {
        let turn = 0
        const schedule = new Schedule(rate, () => {
          const writer = crowd.writers[turn++ % crowd.writers.length]
          if (writer !== undefined) crowd.type(writer)
        })
        try {
          await setTimeout(warmUpOf(options))
          return await measure(crowd, running, options, () => schedule.stop())
        } finally {
          schedule.stop()
        }
      }),
  }
}

function saturated(name: string, observers: number): Case {
  return {
    name,
    run: (system, running, options) =>
      inCrowd({ system, running, name, observers, writing: writers }, async (crowd) => {
        // All writers together stay so far ahead of what has arrived, on the average over the observers.
        const pump = setInterval(() => {
          const until = performance.now() + 5
          while (crowd.sent - crowd.arrived / observers < windowOfSaturated && performance.now() < until) {
            for (const writer of crowd.writers) crowd.type(writer)
          }
        }, 1)
        try {
          await setTimeout(warmUpOf(options))
          return await measure(crowd, running, options, () => clearInterval(pump))
        } finally {
          clearInterval(pump)
        }
      }),
  }
}

interface Setting {
  readonly system: System
  readonly running: RunningSystem
  readonly name: string
  readonly observers: number
  readonly writing: number
}

async function inCrowd(setting: Setting, run: (crowd: Crowd) => Promise<Found>): Promise<Found> {
  const { system, running, observers, writing } = setting
  const document = documentNamed(setting.name)
  const crowd = new Crowd(system, running)
  try {
    await crowd.observe(document, observers)
    await crowd.write(document, writing)
    return await run(crowd)
  } finally {
    crowd.close()
  }
}

async function measure(
  crowd: Crowd,
  running: RunningSystem,
  options: WorkloadOptions,
  stop: () => void,
): Promise<Found> {
  const before = crowd.heard
  crowd.reset()
  const meter = new Meter(running)
  await setTimeout(options.duration)
  const { deliveries } = crowd
  const usage = meter.read()
  const after = crowd.heard
  const found = {
    'server CPU per delivered update': (usage.serverCpu / deliveries) * 1000,
    'deliveries per CPU second': deliveries / (usage.serverCpu / 1000),
    'latency p50': crowd.latency.percentile(50),
    'latency p99': crowd.latency.percentile(99),
    'bytes out per delivered update': (after.bytes - before.bytes) / deliveries,
    'frames out per delivered update': (after.frames - before.frames) / deliveries,
    'resident memory': meter.residentMiB,
    'helper CPU per delivered update': (usage.helperCpu / deliveries) * 1000,
    'load on its core': (usage.loadCpu / usage.elapsed) * 100,
  }
  stop()
  await arrival(crowd)
  return {
    ...found,
    'deliveries not there 5 s later': (1 - crowd.arrived / (crowd.sent * crowd.observers.length)) * 100,
    'connections lost': crowd.lost,
  }
}

/** Waits until everything has arrived, for a while. */
async function arrival(crowd: Crowd): Promise<void> {
  const until = performance.now() + settling
  while (crowd.arrived < crowd.sent * crowd.observers.length && performance.now() < until) await setTimeout(50)
}
