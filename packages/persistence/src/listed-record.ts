import type { DocumentRecord } from './document-catalog.ts'

/** A record without its id, as fields of a JSON array: what listings keep and hand over, since so many objects cost more. */
export type ListedFields = readonly [title: string, createdBy: string, created: number, updated: number, bytes: number]

/** The fields of a record. */
export function fieldsOf({ title, createdBy, created, updated, bytes }: DocumentRecord): ListedFields {
  return [title, createdBy, created, updated, bytes]
}

/** The record that {@link fieldsOf} gave the fields of; undefined where they are something else. */
export function recordOfFields(id: string, fields: readonly unknown[]): DocumentRecord | undefined {
  const [title, createdBy, created, updated, bytes] = fields
  if (typeof title !== 'string' || typeof createdBy !== 'string') return undefined
  if (typeof created !== 'number' || typeof updated !== 'number' || typeof bytes !== 'number') return undefined
  return { id, title, created, createdBy, updated, bytes }
}

/** The arrays in a JSON array, an empty one in place of anything else; undefined where the text is no JSON array. */
export function arraysIn(text: string): unknown[][] | undefined {
  const value = parsed(text)
  return Array.isArray(value) ? value.map((one: unknown): unknown[] => (Array.isArray(one) ? one : [])) : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
