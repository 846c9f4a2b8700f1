import { z } from 'zod'
import { timeSchema } from './time.ts'

/** A node that is up, as it last said of itself: every few seconds. */
export interface NodeSummary {
  readonly id: string
  readonly host: string
  /** Null where its machine has none. */
  readonly pid: number | null
  readonly version: string
  readonly role: string
  /** When it started, ISO 8601 in UTC. */
  readonly since: string
  readonly documents: number
  readonly connections: number
  readonly members: number
  readonly store: 'ok' | 'lost'
  readonly formats: { readonly oldest: number; readonly newest: number; readonly written: number }
}

const count = z.int().nonnegative()
const openDocuments = count.meta({ description: 'How many documents are open there.' })
const connections = count.meta({ description: 'How many WebSockets it has.' })
const members = count.meta({ description: 'How many seats are taken in its documents.' })

/** `GET /api/v1/nodes` answers this. */
export interface NodeList {
  readonly nodes: readonly NodeSummary[]
  /** Always null: there are no further pages. */
  readonly next: null
}

/** {@link NodeList} */
export const nodeListSchema: z.ZodType<NodeList> = z
  .object({
    nodes: z.array(
      z
        .object({
          id: z.string(),
          host: z.string(),
          pid: count.nullable(),
          version: z.string(),
          role: z.string().meta({ description: '`all`, `edge` or `sync`; a newer node may know others.' }),
          since: timeSchema.meta({ description: 'When it started.' }),
          documents: openDocuments,
          connections,
          members,
          store: z.enum(['ok', 'lost']).meta({ description: '`lost` while the store does not take what it appends.' }),
          formats: z
            .object({ oldest: count, newest: count, written: count })
            .meta({ description: 'Formats of stored data: which it reads, and which one it writes.' }),
        })
        .meta({ id: 'Node', description: 'A node that is up, as it last said of itself: every few seconds.' }),
    ),
    next: z.null(),
  })
  .meta({ id: 'NodeList' })

/** What can be counted at a node now, or at all of them together. */
export interface Load {
  readonly documents: number
  readonly connections: number
  readonly members: number
  readonly unsavedBytes: number
  readonly residentBytes: number
}

/** How a node is now. */
export interface NodeStatistics extends Load {
  readonly node: string
  readonly eventLoopDelay: number
  readonly loadStage: number
}

/** What can be counted in the store. */
export interface CatalogStatistics {
  readonly documents: number
  readonly trashed: number
}

/** `GET /api/v1/statistics` answers this. */
export interface Statistics {
  /** Of the store; null while it does not answer. */
  readonly catalog: CatalogStatistics | null
  readonly total: Load
  readonly nodes: readonly NodeStatistics[]
  readonly unanswered: readonly string[]
}

const loadFields = {
  documents: openDocuments,
  connections,
  members,
  unsavedBytes: count.meta({ description: 'What was taken in and is not durable yet.' }),
  residentBytes: count.meta({ description: 'Memory of the process.' }),
}

/** {@link Statistics} */
export const statisticsSchema: z.ZodType<Statistics> = z
  .object({
    catalog: z
      .object({
        documents: count.meta({ description: 'How many documents there are, open or not.' }),
        trashed: count.meta({ description: 'How many are in the trash.' }),
      })
      .nullable()
      .meta({
        description:
          'What the store counts; null while it does not answer. With Redis it may be a second behind what other nodes did.',
      }),
    total: z
      .object(loadFields)
      .meta({ description: 'Of all nodes that answered. A document that is open on two nodes counts twice.' }),
    nodes: z.array(
      z
        .object({
          node: z.string(),
          ...loadFields,
          eventLoopDelay: z
            .number()
            .nonnegative()
            .meta({ description: 'By how much its event loop is late on average, in milliseconds.' }),
          loadStage: count.meta({ description: 'What it does about its load: 0 nothing, to 3, taking in nobody new.' }),
        })
        .meta({ id: 'NodeStatistics' }),
    ),
    unanswered: z.array(z.string()).meta({ description: 'Nodes that did not answer in time.' }),
  })
  .meta({ id: 'Statistics' })
