import { setTimeout } from 'node:timers/promises'
import { Crowd } from './load/crowd.ts'
import { Schedule } from './load/schedule.ts'
import type { RunningSystem, System } from './system.ts'

const observers = 20
const writers = 5
const updatesPerSecond = 1000

/** For most of a server's code to be compiled, in milliseconds. */
const duration = 3000

/**
 * Keeps a server busy for a while in a document that nobody measures. V8 compiles what runs often; a server that gets a hundred
 * updates a second from its start on spends a third of its CPU on that for half a minute, which is no cost of one that has been
 * running for an hour.
 */
export async function warmUp(system: System, running: RunningSystem): Promise<void> {
  const crowd = new Crowd(system, running)
  try {
    await crowd.observe('warm-up', observers)
    await crowd.write('warm-up', writers)
    let turn = 0
    const schedule = new Schedule(updatesPerSecond, () => {
      const writer = crowd.writers[turn++ % crowd.writers.length]
      if (writer !== undefined) crowd.type(writer)
    })
    await setTimeout(duration)
    schedule.stop()
  } finally {
    crowd.close()
  }
}
