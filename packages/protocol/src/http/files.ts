import { z } from 'zod'
import { timeSchema } from './time.ts'

/** Longest name of a file, in characters. */
export const maxFileNameLength = 255

/** What the paths of a document's files begin with, up to a file's hash. */
export function filesPath(document: string): string {
  return `/api/v1/documents/${encodeURIComponent(document)}/files/`
}

/** How long an address of a file may hold, in seconds: an hour. */
const maxAddressLifetime = 3_600

/** An address by which anyone reads a file, for a while. */
export interface FileAddress {
  /** A path of this server, which needs no token. */
  readonly path: string
  /** ISO 8601 in UTC. */
  readonly expires: string
}

/** {@link FileAddress} */
export const fileAddressSchema: z.ZodType<FileAddress> = z
  .object({
    path: z.string().meta({ description: 'A path of this server, which needs no token.' }),
    expires: timeSchema,
  })
  .meta({ id: 'FileAddress', description: 'Where anyone finds a file for a while, such as the images of a page.' })

/** The body of `POST /api/v1/documents/{id}/files/{hash}/address`. */
export const newFileAddressSchema: z.ZodType<{ lifetime: number }> = z.strictObject({
  lifetime: z
    .int()
    .min(1)
    .max(maxAddressLifetime)
    .default(900)
    .meta({ description: 'How long it holds, in seconds: until the token that asks ends, at the latest.' }),
})

const addressParameter = z.coerce
  .number()
  .int()
  .min(1)
  .max(maxAddressLifetime)
  .optional()
  .meta({ description: 'With an address that needs no token, which holds for so many seconds.' })

/** What `GET /api/v1/documents/{id}/files` is asked with. */
export const fileListQuerySchema: z.ZodType<{ address?: number | undefined }> = z.object({ address: addressParameter })

/** What is asked for with an address instead of a token. */
export const addressedQuerySchema: z.ZodType<{ expires?: string | undefined; signature?: string | undefined }> =
  z.object({
    expires: z.string().optional().meta({ description: 'Of an address that needs no token.' }),
    signature: z.string().optional().meta({ description: 'Of an address that needs no token.' }),
  })

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
  /** Where anyone finds them, without a token. There where it was asked for. */
  readonly address?: FileAddress | undefined
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
    address: fileAddressSchema.optional().meta({ description: 'There where it was asked for.' }),
  })
  .meta({ id: 'DocumentFile' })

/** `GET /api/v1/documents/{id}/files` answers this. */
export interface FileList {
  readonly files: readonly FileSummary[]
}

/** {@link FileList} */
export const fileListSchema: z.ZodType<FileList> = z.object({ files: z.array(fileSummarySchema) })

/** What `POST /api/v1/documents/{id}/files` is asked with. */
export const newFileQuerySchema: z.ZodType<{ name: string; address?: number | undefined }> = z.object({
  address: addressParameter,
  name: z
    .string()
    .min(1)
    .max(maxFileNameLength)
    .regex(/^[^\p{Cc}/\\]+$/u, { error: 'has control characters or slashes' })
    .default('file')
    .meta({ description: 'What it is called: no path, at most 255 characters.' }),
})
