import { z } from 'zod'
import { documentIdSchema } from './documents.ts'
import { timeSchema } from './time.ts'

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
export const auditEntrySchema: z.ZodType<AuditEntry> = z
  .object({
    id: z.string(),
    at: timeSchema,
    actor: z.string().meta({ description: 'Who did it: the subject of a token, or an anonymous id.' }),
    act: z.string().meta({ description: 'What was done, for example `document.erase`.' }),
    document: z
      .string()
      .nullable()
      .meta({ description: 'The document that it concerns; null where that is no single one.' }),
    target: z.string().nullable().meta({ description: 'What else it was done to, for example the id of a webhook.' }),
    request: z.string().meta({ description: 'The request’s id, as its answer’s `X-Request-Id` has it.' }),
  })
  .meta({ id: 'AuditEntry', description: 'Something that somebody did by the API as an administrator.' })

/** A page of the trail, newest first; `next` continues it as `?cursor=`. A page may be short, or empty, and have a `next` all the same. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  readonly next: string | null
}

/** `GET /api/v1/audit` answers this. */
export const auditPageSchema: z.ZodType<AuditPage> = z
  .object({
    entries: z.array(auditEntrySchema),
    next: z.string().nullable().meta({ description: 'Continues the list as `cursor`; null at its end.' }),
  })
  .meta({ id: 'AuditPage' })

/** What `GET /api/v1/audit` may be asked. */
export const auditQuerySchema: z.ZodType<{
  limit: number
  cursor?: string | undefined
  document?: string | undefined
  actor?: string | undefined
  act?: string | undefined
}> = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50).meta({ description: 'How many are on a page at most.' }),
  cursor: z.string().max(1024).optional().meta({ description: 'Where the page before ended: its `next`.' }),
  document: documentIdSchema.optional().meta({ description: 'Only what concerns this document.' }),
  actor: z.string().max(256).optional().meta({ description: 'Only what this subject did.' }),
  act: z.string().max(256).optional().meta({ description: 'Only acts of this kind.' }),
})
