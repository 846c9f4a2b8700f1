/** How long counting takes in a large catalog. */
import { statisticsSchema } from '@weft/protocol/http'
import { percentile } from '../support/percentiles.ts'
import type { Measure, Report } from '../support/report.ts'
import type { Workload } from '../support/workload.ts'
import { KeepAlive } from './keep-alive.ts'
import { SeededCatalog } from './seeded-catalog.ts'

/** Answers before any is counted: they compile code. */
const warmUp = 50

/** The workload `statistics`. */
export const statistics: Workload = {
  name: 'statistics',
  summary: 'GET /statistics, which says how many documents there are, in a large catalog',
  options: {
    'statistics-documents': { initial: 1_000_000, help: 'how many documents it has' },
    'statistics-requests': { initial: 1_000, help: 'how many times it is asked' },
  },
  run: async (size, placement) => {
    const documents = size('statistics-documents')
    const measures: Measure[] = []
    for (const kind of ['sqlite', 'redis'] as const) {
      await using catalog = await SeededCatalog.start(kind, documents, placement)
      using client = new KeepAlive(catalog.server.url)
      const token = await catalog.token('*', 'admin')
      const times: number[] = []
      for (let request = 0; request < warmUp + size('statistics-requests'); request++) {
        const { text, milliseconds } = await client.get('/api/v1/statistics', token)
        if (request >= warmUp) times.push(milliseconds)
        const counted = statisticsSchema.parse(JSON.parse(text)).catalog?.documents
        if (counted !== documents) throw new Error(`${kind} counts ${counted} documents instead of ${documents}`)
      }
      measures.push({ name: `${kind}: p50`, value: percentile(times, 50), unit: 'ms' })
      measures.push({ name: `${kind}: p99`, value: percentile(times, 99), unit: 'ms' })
    }
    return { title: `Statistics of ${documents} documents (${placement.text})`, measures } satisfies Report
  },
}
