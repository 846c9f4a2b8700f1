import type { DocumentRecord } from '@weft/persistence'
import type { Person } from '@weft/protocol'
import type { DocumentSummary } from '@weft/protocol/http'

/** A document as the API shows it. */
export function summaryOf(record: DocumentRecord, people: readonly Person[] = []): DocumentSummary {
  const { id, title, created, createdBy, updated, bytes } = record
  return {
    id,
    title,
    created: new Date(created).toISOString(),
    createdBy,
    updated: new Date(updated).toISOString(),
    bytes,
    people: [...people],
  }
}
