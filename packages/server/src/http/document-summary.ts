import type { DocumentRecord } from '@weft/persistence'
import type { Person } from '@weft/protocol'
import type { DocumentSummary } from '@weft/protocol/http'
import { isoTime } from './iso-time.ts'

/** A document as the API shows it. */
export function summaryOf(record: DocumentRecord, people: readonly Person[] = []): DocumentSummary {
  const { id, title, created, createdBy, updated, bytes } = record
  return {
    id,
    title,
    created: isoTime(created),
    createdBy,
    updated: isoTime(updated),
    bytes,
    people: [...people],
  }
}
