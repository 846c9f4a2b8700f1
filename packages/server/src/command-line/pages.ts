/** The API's largest page. */
const pageSize = 200

/** Part of a list, and whether there is more of it. */
export interface Listed<T> {
  readonly documents: readonly T[]
  readonly next: string | null
}

/** So many of a list, however many pages that takes. */
export async function inPages<T>(
  count: number,
  page: (part: { limit: number; cursor: string | undefined }) => Promise<Listed<T>>,
): Promise<Listed<T>> {
  const documents: T[] = []
  let next: string | null = null
  do {
    const limit = Math.min(count - documents.length, pageSize)
    const listed: Listed<T> = await page({ limit, cursor: next ?? undefined })
    documents.push(...listed.documents)
    next = listed.next
  } while (next !== null && documents.length < count)
  return { documents, next }
}
