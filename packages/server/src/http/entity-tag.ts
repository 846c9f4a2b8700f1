import { createHash } from 'node:crypto'
import type { DocumentRecord } from '@weft/persistence'

/**
 * The tag of what can be changed of a document's metadata. What others do meanwhile, such as writing in it, does not change it, so
 * that who renames a document is refused only where somebody else did.
 */
export function entityTag({ id, created, title }: DocumentRecord): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([id, created, title]))
    .digest('base64url')
  return `"${digest.slice(0, 22)}"`
}

/** Whether a document is as `If-Match` says: one of the tags, or any where it is `*` (RFC 9110 §13.1.1). */
export function meetsIfMatch(ifMatch: string, record: DocumentRecord): boolean {
  const tags = ifMatch.split(',').map((tag) => tag.trim())
  return tags.includes('*') || tags.includes(entityTag(record))
}
