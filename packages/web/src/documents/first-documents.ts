import type { Document, WeftHttp } from '@weft/client/http'

/** How a list may be ordered; `name` is the id in byte order. */
export type DocumentOrder = 'updated' | 'name' | 'created'

/** Which documents are listed, and in what order. */
export interface DocumentQuery {
  readonly order: DocumentOrder
  /** Only ids that begin with this; empty for all. */
  readonly prefix: string
}

/** The server's limit for one page. */
const maxPageSize = 200

/**
 * The first documents of a list, as many pages as it takes.
 *
 * @param count how many are wanted; fewer come only where there are no more
 * @throws WeftHttpError
 */
export async function firstDocuments(
  http: Pick<WeftHttp, 'listDocuments'>,
  { order, prefix }: DocumentQuery,
  count: number,
  signal: AbortSignal,
): Promise<{ readonly documents: readonly Document[]; readonly more: boolean }> {
  const documents: Document[] = []
  let cursor: string | undefined
  do {
    const limit = Math.min(count - documents.length, maxPageSize)
    const page = await http.listDocuments({ order, limit, cursor, ...(prefix === '' ? {} : { prefix }) }, { signal })
    documents.push(...page.documents)
    cursor = page.next ?? undefined
  } while (cursor !== undefined && documents.length < count)
  return { documents, more: cursor !== undefined }
}
