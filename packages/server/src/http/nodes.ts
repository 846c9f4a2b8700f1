import { type DocumentCatalog, type DocumentCounts, type NodeRecord, StoreUnavailableError } from '@weft/persistence'
import {
  type Load,
  type NodeList,
  nodeListSchema,
  type NodeStatistics,
  type NodeSummary,
  type Statistics,
  statisticsSchema,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import { requireAdminOfAll } from './access.ts'
import type { EdgeEnvironment } from './requests.ts'
import type { NodeAnswers } from './node-answers.ts'
import { describeRoute } from './reference/describe-route.ts'

/** How a node is, as it says itself. */
export type StatisticsOfNode = Omit<NodeStatistics, 'node'>

/** What the routes of nodes need. */
export interface NodeRoutesParts {
  /** @throws StoreUnavailableError where there is no store yet */
  readonly catalog: () => Pick<DocumentCatalog, 'count'>
  /** The nodes that are up. @throws StoreUnavailableError */
  readonly nodes: () => Promise<readonly NodeRecord[]>
  /** How each of them is. @throws StoreUnavailableError */
  readonly statistics: () => Promise<NodeAnswers<StatisticsOfNode>>
}

const listing = {
  id: 'listNodes',
  summary: 'List the nodes that are up',
  text: 'As each of them last said of itself, which is every five seconds. One that was killed is listed for 15 s more.',
  needs: 'admin on *',
  answers: { 200: nodeListSchema },
  refuses: ['forbidden'],
} as const

const counting = {
  id: 'showStatistics',
  summary: 'Show how many documents there are, and how the nodes are now',
  text: 'Each node is asked. For series over time there is `/metrics` of each.',
  needs: 'admin on *',
  answers: { 200: statisticsSchema },
  refuses: ['forbidden'],
} as const

/** `/nodes`: who shares the store. */
export function nodeRoutes({ nodes }: NodeRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().get('/', describeRoute(listing), async (context) => {
    requireAdminOfAll(context.get('identity'))
    const body: NodeList = { nodes: (await nodes()).map(summaryOf), next: null }
    return context.json(body)
  })
}

/** `/statistics`: how many documents there are, and how the nodes are. */
export function statisticsRoutes({ catalog, statistics }: NodeRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().get('/', describeRoute(counting), async (context) => {
    requireAdminOfAll(context.get('identity'))
    const [counts, { answers, unanswered }] = await Promise.all([countsOf(catalog), statistics()])
    const body: Statistics = {
      catalog: counts,
      total: answers.map(({ answer }) => answer).reduce(plus, nothing),
      nodes: answers.map(({ node, answer }) => ({ node, ...answer })),
      unanswered,
    }
    return context.json(body)
  })
}

/** How the nodes are is asked most where the store is away. */
async function countsOf(catalog: NodeRoutesParts['catalog']): Promise<DocumentCounts | null> {
  try {
    return await catalog().count()
  } catch (error) {
    if (error instanceof StoreUnavailableError) return null
    throw error
  }
}

function summaryOf({ pid, since, ...node }: NodeRecord): NodeSummary {
  return { ...node, pid: pid ?? null, since: new Date(since).toISOString() }
}

const nothing: Load = { documents: 0, connections: 0, members: 0, unsavedBytes: 0, residentBytes: 0 }

function plus(a: Load, b: Load): Load {
  return {
    documents: a.documents + b.documents,
    connections: a.connections + b.connections,
    members: a.members + b.members,
    unsavedBytes: a.unsavedBytes + b.unsavedBytes,
    residentBytes: a.residentBytes + b.residentBytes,
  }
}
