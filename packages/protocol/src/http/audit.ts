import { z } from 'zod'
import { documentIdSchema } from './documents.ts'

/** Something that somebody did by the API as an administrator. */
export interface AuditEntry {
  readonly id: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** A token's subject, or an anonymous id. */
  readonly actor: string
  /** What was done, for example `document.erase`. */
  readonly act: string
  /** The document that it concerns; null where it concerns no single one. */
  readonly document: string | null
  /** What else it was done to, for example the id of a webhook. */
  readonly target: string | null
  /** The request's id, as its `X-Request-Id` has it. */
  readonly request: string
}

/** {@link AuditEntry} */
export const auditEntrySchema: z.ZodType<AuditEntry> = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  act: z.string(),
  document: z.string().nullable(),
  target: z.string().nullable(),
  request: z.string(),
})

/** A page of the trail, newest first; `next` continues it as `?cursor=`. A page may be short, or empty, and have a `next` all the same. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  readonly next: string | null
}

/** `GET /api/v1/audit` answers this. */
export const auditPageSchema: z.ZodType<AuditPage> = z.object({
  entries: z.array(auditEntrySchema),
  next: z.string().nullable(),
})

/** What `GET /api/v1/audit` may be asked. */
export const auditQuerySchema: z.ZodType<{
  limit: number
  cursor?: string | undefined
  document?: string | undefined
  actor?: string | undefined
  act?: string | undefined
}> = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(1024).optional(),
  document: documentIdSchema.optional(),
  actor: z.string().max(256).optional(),
  act: z.string().max(256).optional(),
})
