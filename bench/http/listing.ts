/**
 * Pages of a listing, in a large catalog beside a small one: both servers run, and take turns page by page, so that a machine
 * which is busy is so for both.
 */
import { documentPageSchema } from '@weft/protocol/http'
import { percentile } from '../support/percentiles.ts'
import type { Measure, Report } from '../support/report.ts'
import type { Placement } from '../support/placement.ts'
import type { Workload } from '../support/workload.ts'
import { KeepAlive } from './keep-alive.ts'
import { type KeptStore, SeededCatalog } from './seeded-catalog.ts'

const small = 1_000
const pageSize = 50

/** Pages that are asked for before any is counted: they compile code. */
const warmUp = 50

const orders = ['updated', 'name', 'created']

/** How much of the catalog is asked for. A folder holds a page of the small one. */
const scopes = [
  { name: 'all', prefix: undefined, access: '*' },
  { name: 'a prefix', prefix: 'team-7/', access: '*' },
  { name: 'an access', prefix: undefined, access: 'team-7/*' },
]

/** The workload `listing`. */
export const listing: Workload = {
  name: 'listing',
  summary: `pages of ${pageSize} from a large catalog, beside one of ${small} documents`,
  options: {
    'listing-documents': { initial: 1_000_000, help: 'how many documents the large one has' },
    'listing-pages': { initial: 300, help: 'pages of each kind, from each of both' },
  },
  run: async (size, placement) => {
    const measures: Measure[] = []
    for (const kind of ['sqlite', 'redis'] as const) {
      measures.push(...(await compare(kind, size('listing-documents'), size('listing-pages'), placement)))
    }
    return {
      title: `Pages of ${pageSize} from ${size('listing-documents')} documents (${placement.text})`,
      measures,
    } satisfies Report
  },
}

async function compare(kind: KeptStore, documents: number, pages: number, placement: Placement): Promise<Measure[]> {
  await using few = await SeededCatalog.start(kind, small, placement)
  await using many = await SeededCatalog.start(kind, documents, placement)
  const measures: Measure[] = [{ name: `${kind}: making them`, value: many.seeding / 1000, unit: 's' }]
  for (const { name, prefix, access } of scopes) {
    const readers = [await PageReader.of(few, access), await PageReader.of(many, access)] as const
    for (const order of orders) {
      const times: readonly [number[], number[]] = [[], []]
      for (let page = 0; page < warmUp + pages; page++) {
        for (const [index, reader] of readers.entries()) {
          const milliseconds = await reader.next(order, prefix)
          if (page >= warmUp) times[index]?.push(milliseconds)
        }
      }
      measures.push(...measuresOf(`${kind}: ${name} by ${order}`, ...times))
    }
    for (const reader of readers) reader.close()
  }
  return measures
}

function measuresOf(name: string, few: readonly number[], many: readonly number[]): Measure[] {
  return [
    { name: `${name}, p50`, value: percentile(many, 50), unit: 'ms' },
    { name: `${name}, p99`, value: percentile(many, 99), unit: 'ms', goal: { below: 15 } },
    {
      name: `${name}, in times of ${small} documents (p50)`,
      value: percentile(many, 50) / percentile(few, 50),
      unit: 'times',
      goal: { below: 1.3 },
    },
  ]
}

/** Reads page after page of a listing, and begins again behind the last one. */
class PageReader {
  readonly #client: KeepAlive
  readonly #token: string
  readonly #cursors = new Map<string, string>()

  private constructor(client: KeepAlive, token: string) {
    this.#client = client
    this.#token = token
  }

  static async of(catalog: SeededCatalog, access: string): Promise<PageReader> {
    return new PageReader(new KeepAlive(catalog.server.url), await catalog.token(access, 'admin'))
  }

  /** @returns how long it took, in milliseconds */
  async next(order: string, prefix: string | undefined): Promise<number> {
    const listed = JSON.stringify([order, prefix])
    const cursor = this.#cursors.get(listed)
    const query = new URLSearchParams({ order, limit: String(pageSize) })
    if (prefix !== undefined) query.set('prefix', prefix)
    if (cursor !== undefined) query.set('cursor', cursor)
    const { text, milliseconds } = await this.#client.get(`/api/v1/documents?${query}`, this.#token)
    const { documents, next } = readPage(text)
    if (documents !== pageSize) throw new Error(`a page of ${listed} has ${documents} documents`)
    if (next === null) this.#cursors.delete(listed)
    else this.#cursors.set(listed, next)
    return milliseconds
  }

  close(): void {
    this.#client[Symbol.dispose]()
  }
}

function readPage(text: string): { documents: number; next: string | null } {
  const { documents, next } = documentPageSchema.parse(JSON.parse(text))
  return { documents: documents.length, next }
}
