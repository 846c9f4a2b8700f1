/** How many pages a second a server lists on one core, with connections that are always busy. */
import { cpuOf } from '../support/process-cpu.ts'
import { timeMeasures } from '../support/percentiles.ts'
import type { Measure } from '../support/report.ts'
import type { Workload } from '../support/workload.ts'
import { KeepAlive } from './keep-alive.ts'
import { SeededCatalog } from './seeded-catalog.ts'

const connections = 16

/** Not counted, in milliseconds. */
const warmUp = 2_000

/** The workload `listing-rate`. */
export const listingRate: Workload = {
  name: 'listing-rate',
  summary: `pages a second, over ${connections} connections`,
  options: {
    'rate-documents': { initial: 100_000, help: 'how many documents the catalog has' },
    'rate-limit': { initial: 50, help: 'documents on a page' },
    'rate-seconds': { initial: 10, help: 'how long, for each store' },
  },
  run: async (size, placement) => {
    const measures: Measure[] = []
    for (const kind of ['sqlite', 'redis'] as const) {
      await using catalog = await SeededCatalog.start(kind, size('rate-documents'), placement)
      using client = new KeepAlive(catalog.server.url, connections)
      const token = await catalog.token('team-7/*', 'read')
      const path = `/api/v1/documents?limit=${size('rate-limit')}`
      await ask(client, path, token, warmUp)
      const cpu = cpuOf(catalog.server.pid) ?? Number.NaN
      const begun = performance.now()
      const times = await ask(client, path, token, size('rate-seconds') * 1000)
      const seconds = (performance.now() - begun) / 1000
      const taken = ((cpuOf(catalog.server.pid) ?? Number.NaN) - cpu) / 1000
      measures.push(
        { name: `${kind}: pages a second`, value: times.length / seconds, unit: '1/s', goal: { atLeast: 3_000 } },
        { name: `${kind}: pages a second of the server's CPU time`, value: times.length / taken, unit: '1/s' },
        ...timeMeasures(`${kind}: a page`, times),
      )
    }
    return { title: `Pages of ${size('rate-limit')} as fast as they come (${placement.text})`, measures }
  },
}

/** @returns how long each page took, in milliseconds */
async function ask(client: KeepAlive, path: string, token: string, milliseconds: number): Promise<number[]> {
  const end = performance.now() + milliseconds
  const times: number[] = []
  const askInTurn = async (): Promise<void> => {
    while (performance.now() < end) times.push((await client.get(path, token)).milliseconds)
  }
  await Promise.all(Array.from({ length: connections }, askInTurn))
  return times
}
