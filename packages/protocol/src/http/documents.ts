import { z } from 'zod'
import { isDocumentId, maxDocumentIdLength } from '../document-id.ts'
import { type InputFormat, inputFormatSchema } from './content.ts'
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

const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'How many are on a page.' }),
  cursor: z.string().max(1024).optional().meta({ description: 'The `next` of the page before.' }),
  prefix: z.string().max(maxDocumentIdLength).optional().meta({ description: 'Only ids that begin so.' }),
}

/** What `GET /api/v1/documents` may be asked. */
export const documentQuerySchema: z.ZodType<{
  order: 'updated' | 'name' | 'created'
  limit: number
  cursor?: string | undefined
  prefix?: string | undefined
  q?: string | undefined
}> = z.object({
  order: z
    .enum(['updated', 'name', 'created'])
    .default('updated')
    .meta({ description: 'Latest first for the two times; `name` is the id in byte order.' }),
  q: z.string().max(maxTitleLength).optional().meta({
    description: 'Only titles that have, for each of these words, one that begins so, whatever its case and accents.',
  }),
  ...paging,
})

/** What a document begins with. Without an id the server makes one up. */
export interface DocumentBeginning {
  readonly id?: string | undefined
  readonly title?: string | undefined
}

const beginning = {
  id: documentIdSchema.optional().meta({ description: 'Without one the server makes it up.' }),
  title: z.string().max(maxTitleLength).optional(),
}

/** The body of `POST /api/v1/documents`: with `content`, what is written into it at once, from `format`. */
export const newDocumentSchema: z.ZodType<
  DocumentBeginning & { readonly content?: string | undefined; readonly format: InputFormat }
> = z.strictObject({
  ...beginning,
  content: z.string().optional().meta({ description: 'What is written into it at once.' }),
  format: inputFormatSchema.default('markdown').meta({ description: 'What `content` is.' }),
})

/** The body of `POST /api/v1/documents/{id}/copy`. Without a title it is the same. */
export const documentCopySchema: z.ZodType<DocumentBeginning> = z.strictObject({
  ...beginning,
  title: beginning.title.meta({ description: 'Without one it is the same.' }),
})

/** The body of `PATCH /api/v1/documents/{id}`. */
export const documentPatchSchema: z.ZodType<{ title: string }> = z.strictObject({
  title: z.string().max(maxTitleLength),
})

/** What `DELETE /api/v1/documents/{id}` may be asked: `?forever` erases, without it a document goes into the trash. */
export const removalQuerySchema: z.ZodType<{ forever: boolean }> = z.object({
  forever: z
    .enum(['', 'true', 'false'])
    .optional()
    .transform((value) => value === '' || value === 'true')
    .meta({ description: 'Erases it, whether it is in the trash or not.' }),
})

/** A document in the trash: since when, and when it will be erased; null for never. */
export interface TrashDocument extends Omit<DocumentSummary, 'people'> {
  readonly trashed: string
  readonly erased: string | null
}

/** `GET /api/v1/trash` answers this. A page may be short, and another one follow all the same. */
export interface TrashDocumentPage {
  readonly documents: readonly TrashDocument[]
  readonly next: string | null
}

const trashDocumentSchema: z.ZodType<TrashDocument> = z
  .object({
    id: documentIdSchema,
    title: z.string(),
    created: timeSchema,
    createdBy: z.string(),
    updated: timeSchema,
    bytes: z.number(),
    trashed: timeSchema.meta({ description: 'Since when it is in the trash.' }),
    erased: timeSchema.nullable().meta({ description: 'When it will be erased; null for never.' }),
  })
  .meta({ id: 'TrashDocument', description: 'A document in the trash.' })

/** {@link TrashDocumentPage} */
export const trashDocumentPageSchema: z.ZodType<TrashDocumentPage> = z
  .object({
    documents: z.array(trashDocumentSchema),
    next: z.string().nullable().meta({ description: 'Continues the list as `cursor`; null at its end.' }),
  })
  .meta({ id: 'TrashDocumentPage', description: 'It may be short, and another one follow all the same.' })

/** What `GET /api/v1/trash` may be asked. */
export const trashQuerySchema: z.ZodType<{
  limit: number
  cursor?: string | undefined
  prefix?: string | undefined
}> = z.object(paging)
