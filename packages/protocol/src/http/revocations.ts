import { z } from 'zod'
import { documentIdSchema } from './documents.ts'
import { timeSchema } from './time.ts'

const name = z.string().min(1).max(256)

/** The body of `POST /api/v1/revocations`: a token by its id, or a subject's tokens, everywhere or for one document. */
export interface NewRevocation {
  readonly jti?: string | undefined
  readonly subject?: string | undefined
  readonly document?: string | undefined
  /** Only say what would be closed. */
  readonly dryRun?: boolean | undefined
}

/** {@link NewRevocation} */
export const newRevocationSchema: z.ZodType<NewRevocation> = z
  .strictObject({
    jti: name.optional().meta({ description: 'One token, by its id.' }),
    subject: name.optional().meta({ description: 'All tokens of a subject that were issued before now.' }),
    document: documentIdSchema.optional().meta({ description: 'With a subject: for this document only.' }),
    dryRun: z.boolean().optional().meta({ description: 'Only say what would be closed.' }),
  })
  .refine(({ jti, subject }) => (jti === undefined) !== (subject === undefined), {
    error: 'give a jti or a subject',
    path: ['subject'],
  })
  .refine(({ jti, document }) => jti === undefined || document === undefined, {
    error: 'goes with a subject',
    path: ['document'],
  })

/** What `POST /api/v1/revocations` answers. Times are ISO 8601 in UTC. */
export interface RevocationSummary {
  /** Of a subject, tokens that were issued before do not hold any more. */
  readonly before: string
  /** Until when that is kept: by then these tokens have expired. Null for a dry run. */
  readonly until: string | null
  /** Which open documents are closed by it, or would be, and on which nodes. */
  readonly closes: readonly { readonly document: string; readonly subject: string; readonly node: string }[]
  /** The nodes that did not say in time what is open there. A revocation reaches them all the same. */
  readonly unanswered: readonly string[]
}

/** {@link RevocationSummary} */
export const revocationSummarySchema: z.ZodType<RevocationSummary> = z
  .object({
    before: timeSchema.meta({ description: 'Of a subject, tokens that were issued before do not hold any more.' }),
    until: timeSchema
      .nullable()
      .meta({ description: 'By then these tokens have expired, and it is forgotten. Null for a dry run.' }),
    closes: z
      .array(z.object({ document: documentIdSchema, subject: z.string(), node: z.string() }))
      .meta({ description: 'Which open documents it closes, or would close, and on which nodes.' }),
    unanswered: z
      .array(z.string())
      .meta({ description: 'Nodes that did not say in time what is open there. It reaches them all the same.' }),
  })
  .meta({ id: 'Revocation' })
