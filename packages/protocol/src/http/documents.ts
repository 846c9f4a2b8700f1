import { z } from 'zod'
import { isDocumentId, maxDocumentIdLength } from '../document-id.ts'

/** Longest title, in characters. */
export const maxTitleLength = 200

/** A document id in JSON. */
export const documentIdSchema: z.ZodType<string> = z.string().max(maxDocumentIdLength).refine(isDocumentId, {
  error: 'is no document id: 1 to 256 characters from A-Z a-z 0-9 _ - . : ~ / with no empty, "." or ".." segment',
})

/** Someone who has a document open. */
export const personSchema: z.ZodType<{ name: string; color: string }> = z.object({
  name: z.string(),
  color: z.string(),
})

/** A document as the API lists it. Times are ISO 8601 in UTC; `bytes` is what its log and checkpoint take. */
export interface DocumentSummary {
  readonly id: string
  readonly title: string
  readonly created: string
  readonly createdBy: string
  readonly updated: string
  readonly bytes: number
  /** Who has it open now, one entry for each person that shows presence. */
  readonly people: readonly { readonly name: string; readonly color: string }[]
}

/** {@link DocumentSummary} */
export const documentSummarySchema: z.ZodType<DocumentSummary> = z.object({
  id: z.string(),
  title: z.string(),
  created: z.string(),
  createdBy: z.string(),
  updated: z.string(),
  bytes: z.number(),
  people: z.array(personSchema),
})

/** A page of documents; `next` continues it as `?cursor=`. */
export interface DocumentPage {
  readonly documents: readonly DocumentSummary[]
  readonly next: string | null
}

/** `GET /api/v1/documents` answers this. */
export const documentPageSchema: z.ZodType<DocumentPage> = z.object({
  documents: z.array(documentSummarySchema),
  next: z.string().nullable(),
})

/** What `GET /api/v1/documents` may be asked. */
export const documentQuerySchema: z.ZodType<{
  order: 'updated' | 'name' | 'created'
  limit: number
  cursor?: string | undefined
  prefix?: string | undefined
}> = z.object({
  order: z.enum(['updated', 'name', 'created']).default('updated'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1024).optional(),
  prefix: z.string().max(maxDocumentIdLength).optional(),
})

/** The body of `POST /api/v1/documents`. Without an id the server makes one up. */
export const newDocumentSchema: z.ZodType<{ id?: string | undefined; title?: string | undefined }> = z.strictObject({
  id: documentIdSchema.optional(),
  title: z.string().max(maxTitleLength).optional(),
})

/** The body of `PATCH /api/v1/documents/{id}`. */
export const documentPatchSchema: z.ZodType<{ title: string }> = z.strictObject({
  title: z.string().max(maxTitleLength),
})

/** RFC 9457. `type` is stable: `/problems/<kind>`. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  /** For `invalid-request`: which fields are wrong and how. */
  readonly errors?: readonly { readonly field: string; readonly message: string }[]
}
