import { type NodeRecord, openStore } from '@weft/persistence'
import type { ApiConfig } from '../config/api-settings.ts'
import { askApi, asJson } from './api-command.ts'
import { second, table } from './table.ts'

const columns = ['node', 'host', 'role', 'version', 'up since', 'documents', 'connections', 'store', 'formats'] as const

/** A node as its store or the API tells of it. */
type ListedNode = Omit<NodeRecord, 'since' | 'pid' | 'role' | 'members'> & {
  readonly role: string
  readonly since: number | string
}

/**
 * The nodes that share a store, for people.
 *
 * @throws StoreConfigurationError, StoreUnavailableError
 */
export async function listNodes(url: string): Promise<string> {
  // Nothing is appended, so nothing has to be durable: this works whatever the nodes ask of their Redis.
  const store = await openStore(url, { durability: 'memory' })
  try {
    return nodesTable((await store.nodes?.list()) ?? [])
  } finally {
    await store.close()
  }
}

/** The nodes as a server lists them. @throws CommandFailure */
export async function askForNodes(api: ApiConfig): Promise<string> {
  return await askApi(api, async (weft) => {
    const list = await weft.listNodes()
    return api.json ? asJson(list) : nodesTable(list.nodes)
  })
}

/** Nodes as a table for people: a line each, below the names of its columns. */
export function nodesTable(nodes: readonly ListedNode[]): string {
  return nodes.length === 0 ? 'no node is up\n' : table(columns, nodes.map(cellsOf))
}

function cellsOf({ id, host, role, version, since, documents, connections, store, formats }: ListedNode): string[] {
  const { oldest, newest, written } = formats
  const read = oldest === newest ? `${newest}` : `${oldest} to ${newest}`
  const counts = [`${documents}`, `${connections}`]
  return [id, host, role, version, second(since), ...counts, store, `reads ${read}, writes ${written}`]
}
