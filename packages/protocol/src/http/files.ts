import { z } from 'zod'
import { timeSchema } from './time.ts'

/** Longest name of a file, in characters. */
export const maxFileNameLength = 255

/** What the paths of a document's files begin with, up to a file's hash. */
export function filesPath(document: string): string {
  return `/api/v1/documents/${encodeURIComponent(document)}/files/`
}

/** A file of a document as the API lists it. */
export interface FileSummary {
  /** SHA-256 of its bytes, in hexadecimal: the same bytes are one file. */
  readonly hash: string
  readonly name: string
  /** Its media type. */
  readonly type: string
  readonly bytes: number
  readonly created: string
  readonly createdBy: string
  /** Where its bytes are, as a path of this server. */
  readonly path: string
}

/** {@link FileSummary} */
export const fileSummarySchema: z.ZodType<FileSummary> = z
  .object({
    hash: z.string().meta({ description: 'SHA-256 of its bytes, in hexadecimal: the same bytes are one file.' }),
    name: z.string(),
    type: z.string().meta({ description: 'Its media type.' }),
    bytes: z.number(),
    created: timeSchema,
    createdBy: z.string(),
    path: z.string().meta({ description: 'Where its bytes are, as a path of this server.' }),
  })
  .meta({ id: 'DocumentFile' })

/** `GET /api/v1/documents/{id}/files` answers this. */
export interface FileList {
  readonly files: readonly FileSummary[]
}

/** {@link FileList} */
export const fileListSchema: z.ZodType<FileList> = z.object({ files: z.array(fileSummarySchema) })

/** What `POST /api/v1/documents/{id}/files` is asked with. */
export const newFileQuerySchema: z.ZodType<{ name: string }> = z.object({
  name: z
    .string()
    .min(1)
    .max(maxFileNameLength)
    .regex(/^[^\p{Cc}/\\]+$/u, { error: 'has control characters or slashes' })
    .default('file')
    .meta({ description: 'What it is called: no path, at most 255 characters.' }),
})
