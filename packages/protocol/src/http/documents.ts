import { z } from 'zod'
import { isDocumentId, maxDocumentIdLength } from '../document-id.ts'
import { timeSchema } from './time.ts'

/** Longest title, in characters. */
export const maxTitleLength = 200

/** A document id in JSON. */
export const documentIdSchema: z.ZodType<string> = z
  .string()
  .max(maxDocumentIdLength)
  .refine(isDocumentId, {
    error: 'is no document id: 1 to 256 characters from A-Z a-z 0-9 _ - . : ~ / with no empty, "." or ".." segment',
  })
  .meta({
    id: 'DocumentId',
    description: '1 to 256 characters from `A-Z a-z 0-9 _ - . : ~ /`, with no empty, `.` or `..` segment.',
    minLength: 1,
  })

/** Someone who has a document open. */
export const personSchema: z.ZodType<{ name: string; color: string }> = z
  .object({
    name: z.string(),
    color: z.string(),
  })
  .meta({ id: 'Person', description: 'Someone who has a document open, as they show themselves.' })

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
export const documentSummarySchema: z.ZodType<DocumentSummary> = z
  .object({
    id: documentIdSchema,
    title: z.string(),
    created: timeSchema,
    createdBy: z.string().meta({ description: 'The subject of whoever created it.' }),
    updated: timeSchema,
    bytes: z.number().meta({ description: 'What its log and checkpoint take in the store.' }),
    people: z
      .array(personSchema)
      .meta({ description: 'Who has it open now, one entry for each person that shows presence.' }),
  })
  .meta({ id: 'Document', description: 'What is known of a document.' })

/** A page of documents; `next` continues it as `?cursor=`. */
export interface DocumentPage {
  readonly documents: readonly DocumentSummary[]
  readonly next: string | null
}

/** `GET /api/v1/documents` answers this. */
export const documentPageSchema: z.ZodType<DocumentPage> = z
  .object({
    documents: z.array(documentSummarySchema),
    next: z.string().nullable().meta({ description: 'Continues the list as `cursor`; null at its end.' }),
  })
  .meta({ id: 'DocumentPage' })

/** What `GET /api/v1/documents` may be asked. */
export const documentQuerySchema: z.ZodType<{
  order: 'updated' | 'name' | 'created'
  limit: number
  cursor?: string | undefined
  prefix?: string | undefined
}> = z.object({
  order: z
    .enum(['updated', 'name', 'created'])
    .default('updated')
    .meta({ description: 'Latest first for the two times; `name` is the id in byte order.' }),
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'How many are on a page.' }),
  cursor: z.string().max(1024).optional().meta({ description: 'The `next` of the page before.' }),
  prefix: z.string().max(maxDocumentIdLength).optional().meta({ description: 'Only ids that begin so.' }),
})

/** The body of `POST /api/v1/documents`. Without an id the server makes one up. */
export const newDocumentSchema: z.ZodType<{ id?: string | undefined; title?: string | undefined }> = z.strictObject({
  id: documentIdSchema.optional().meta({ description: 'Without one the server makes it up.' }),
  title: z.string().max(maxTitleLength).optional(),
})

/** The body of `PATCH /api/v1/documents/{id}`. */
export const documentPatchSchema: z.ZodType<{ title: string }> = z.strictObject({
  title: z.string().max(maxTitleLength),
})
