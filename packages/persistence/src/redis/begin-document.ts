import type { NewDocument } from '../document-catalog.ts'
import { randomId } from '../random-id.ts'
import type { CatalogIndex } from './catalog-index.ts'
import { beginScript } from './catalog-scripts.ts'
import { keysOf } from './keys.ts'
import type { RedisConnection } from './redis-connection.ts'
import { textIn } from './replies.ts'

/**
 * Begins a document where there is none, or, to make it anew, where there is a tombstone.
 *
 * @returns `begun`; or `present`, `deleted` or `missing` for what stands against it
 */
export async function beginDocument(
  connection: RedisConnection,
  prefix: string,
  index: CatalogIndex,
  how: 'create' | 'recreate',
  { id, title, createdBy, at }: NewDocument,
): Promise<string> {
  const { head, meta, log } = keysOf(prefix, id)
  // Entered first: a crash between the two then leaves a name without a document, which listings pass over.
  if (how === 'create') await index.add(id, at, false)
  const parameters = [how, randomId(), title, createdBy, at]
  const outcome = textIn(await connection.run(beginScript, [head, meta, log], parameters))
  if (outcome === 'begun') await index.add(id, at, true)
  if (outcome === 'deleted') await index.remove(id)
  return outcome
}
