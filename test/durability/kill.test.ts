import { expect, test } from 'vitest'
import { runKills } from '../../bench/kills/run-kills.ts'

// Fixed, so that a normal run is the same everywhere; any others run by hand with `node bench/kills.ts --seed <n>`.
const seeds = [1, 20_261]

for (const seed of seeds) {
  test(`L1, R2: nothing that was told saved is lost by kill -9, seed ${seed}`, { timeout: 60_000 }, async () => {
    const options = { seed, kills: 4, writers: 4, documents: 2, editsPerKill: 800 }
    const outcome = await runKills({ ...options, log: (line) => console.log(`seed ${seed}, ${line}`) })
    expect(outcome.lost).toEqual([])
    expect(outcome.unreadable).toEqual([])
    // A run in which nothing was saved, or nothing was cut off, would have shown nothing.
    expect(outcome.compared).toBeGreaterThan(0)
    expect(outcome.inFlight).toBeGreaterThan(0)
  })
}
