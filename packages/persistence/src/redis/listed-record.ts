import type { DocumentRecord } from '../document-catalog.ts'

/** What the listing keeps of a document for its pages, as JSON: nothing of it is looked up in the document itself. */
export function encodeListedRecord({ title, createdBy, created, updated, bytes }: DocumentRecord): string {
  return JSON.stringify([title, createdBy, created, updated, bytes])
}

/**
 * The records in a JSON array of what {@link encodeListedRecord} made, one for each id; undefined where one is missing or
 * something else.
 */
export function decodeListedRecords(ids: readonly string[], text: string): (DocumentRecord | undefined)[] {
  const records = listOf(parsed(text))
  return ids.map((id, index) => recordIn(id, listOf(records[index])))
}

function recordIn(id: string, fields: readonly unknown[]): DocumentRecord | undefined {
  const [title, createdBy, created, updated, bytes] = fields
  if (typeof title !== 'string' || typeof createdBy !== 'string') return undefined
  if (typeof created !== 'number' || typeof updated !== 'number' || typeof bytes !== 'number') return undefined
  return { id, title, created, createdBy, updated, bytes }
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
