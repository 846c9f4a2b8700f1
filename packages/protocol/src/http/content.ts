import { z } from 'zod'

/** What a document's content may be read as. `update` is the whole state as one Yjs v1 update. */
export type ContentFormat = 'json' | 'text' | 'html' | 'markdown' | 'update'

/** Longest name of a shared type that the API takes, in characters. */
export const maxFieldLength = 256

const fieldSchema = z.string().min(1).max(maxFieldLength)

/** What `GET /api/v1/documents/{id}/content` may be asked. */
export const contentQuerySchema: z.ZodType<{ as: ContentFormat; field?: string | undefined }> = z.object({
  as: z.enum(['json', 'text', 'html', 'markdown', 'update']).default('json'),
  /** Name of the shared type: by default the web app's, else the only one. */
  field: fieldSchema.optional(),
})

/** What content may be written from. */
export type InputFormat = 'text' | 'markdown' | 'html'

/** {@link InputFormat} */
export const inputFormatSchema: z.ZodType<InputFormat> = z.enum(['text', 'markdown', 'html'])

/** What is to be written into a document. */
export interface ContentInput {
  readonly content: string
  readonly format: InputFormat
  /** `append` puts it behind what is there, `replace` in its place. */
  readonly mode: 'append' | 'replace'
  readonly field?: string | undefined
}

const modeSchema = z.enum(['append', 'replace']).default('append')

/** The JSON body of `POST /api/v1/documents/{id}/content`. */
export const contentInputSchema: z.ZodType<ContentInput> = z.strictObject({
  content: z.string(),
  format: inputFormatSchema,
  mode: modeSchema,
  field: fieldSchema.optional(),
})

/** What the same may be asked where the body is the content itself, of a type `text/…`. */
export const contentInputQuerySchema: z.ZodType<Pick<ContentInput, 'mode' | 'field'>> = z.object({
  mode: modeSchema,
  field: fieldSchema.optional(),
})

/** Where in the log something was saved: the position, the log's epoch, and the random id of the entry at the position. */
export interface SavedPlace {
  readonly position: number
  readonly epoch: string
  readonly tip: string
}

/** Writing answers this, once it is saved. */
export const savedPlaceSchema: z.ZodType<SavedPlace> = z.object({
  position: z.number(),
  epoch: z.string(),
  tip: z.string(),
})
