import type { DocumentAccess } from './document-access.ts'
import { documentOfHead } from './document-keys.ts'
import type { ListingIndex } from './listing-index.ts'
import { bucketsOf } from './listing-places.ts'
import { listIn, textIn } from './reply.ts'

/** Keys that Redis looks at in one command. */
const keysPerScan = 500

/**
 * Makes the listing anew from the documents, beside whatever goes on: first what there is, then without what there is no
 * more.
 *
 * @returns how many documents were found
 * @throws StoreUnavailableError
 */
export async function rebuildListing(access: DocumentAccess, index: ListingIndex): Promise<number> {
  const found = new Set<string>()
  for (const { commands } of access.routes.shards()) {
    const scan = (cursor: string): Promise<unknown> =>
      commands.call('SCAN', [cursor, 'MATCH', `${access.prefix}:{*}:head`, 'COUNT', keysPerScan])
    for await (const keys of pagesOf(scan)) {
      const documents = keys.map((key) => documentOfHead(access.prefix, key)).filter((id) => id !== undefined)
      await index.restore(documents.filter((id) => !found.has(id)))
      for (const id of documents) found.add(id)
    }
  }
  for (const { entries } of bucketsOf(access.prefix)) {
    const scan = (cursor: string): Promise<unknown> => access.call('', entries, 'HSCAN', [cursor, 'COUNT', keysPerScan])
    for await (const fields of pagesOf(scan)) {
      const listed = fields.filter((_, index) => index % 2 === 0)
      await index.restore(listed.filter((id) => !found.has(id)))
    }
  }
  return found.size
}

async function* pagesOf(scan: (cursor: string) => Promise<unknown>): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, page] = listIn(await scan(cursor))
    cursor = textIn(next)
    yield listIn(page).map(textIn)
  } while (cursor !== '0')
}
