import { z } from 'zod'
import { documentIdSchema } from './documents.ts'

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
    jti: name.optional(),
    subject: name.optional(),
    document: documentIdSchema.optional(),
    dryRun: z.boolean().optional(),
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
  /** Which open documents of the node that answers are closed by it, or would be. */
  readonly closes: readonly { readonly document: string; readonly subject: string }[]
}
