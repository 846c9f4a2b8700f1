import { openStore, type NodeRecord } from '@weft/persistence'

const columns = ['node', 'host', 'role', 'version', 'up since', 'documents', 'connections', 'store', 'formats'] as const

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

/** Nodes as a table for people: a line each, below the names of its columns. */
export function nodesTable(nodes: readonly NodeRecord[]): string {
  if (nodes.length === 0) return 'no node is up\n'
  const rows = [columns, ...nodes.map(cellsOf)]
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

function cellsOf({ id, host, role, version, since, documents, connections, store, formats }: NodeRecord): string[] {
  const { oldest, newest, written } = formats
  const upSince = new Date(since).toISOString().replace(/\.\d+Z$/, 'Z')
  const read = oldest === newest ? `${newest}` : `${oldest} to ${newest}`
  return [id, host, role, version, upSince, `${documents}`, `${connections}`, store, `reads ${read}, writes ${written}`]
}
