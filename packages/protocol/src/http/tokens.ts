import { z } from 'zod'
import { type Role, roles } from '../role.ts'
import { documentIdSchema } from './documents.ts'
import { timeSchema } from './time.ts'

/** A role on all documents whose ids fit a pattern. */
export interface AccessGrant {
  readonly documents: string
  readonly role: Role
}

const grantSchema: z.ZodType<AccessGrant> = z
  .strictObject({
    documents: z
      .string()
      .max(256)
      .regex(/^[A-Za-z0-9_\-.:~/*]+$/, { error: 'is no pattern of document ids: their characters, and *' })
      .meta({ description: 'A document id, in which `*` stands for any characters.' }),
    role: z.enum(roles),
  })
  .meta({ id: 'Grant', description: 'A role on all documents whose ids fit a pattern.' })

const subjectSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\P{Cc}+$/u, { error: 'has control characters' })

/** The body of `POST /api/v1/tokens`. */
export interface NewTokenRequest {
  readonly subject: string
  readonly name?: string | undefined
  readonly color?: string | undefined
  readonly access: readonly AccessGrant[]
  /** Seconds. */
  readonly lifetime?: number | undefined
}

/** {@link NewTokenRequest} */
export const newTokenSchema: z.ZodType<NewTokenRequest> = z.strictObject({
  subject: subjectSchema.meta({ description: 'Who bears it; kept with what they write.' }),
  name: z.string().max(200).optional().meta({ description: 'What they are called.' }),
  color: z.string().max(200).optional().meta({ description: 'The color of their caret.' }),
  access: z.array(grantSchema).min(1).max(100).meta({ description: 'No more than whoever asks administers.' }),
  lifetime: z.int().min(1).optional().meta({
    description: 'How long it holds, in seconds; an hour where it is left away, or as long as the token that asks.',
  }),
})

/** `POST /api/v1/tokens` answers this. */
export interface MintedToken {
  readonly token: string
  /** Its `jti`, by which it can be revoked. */
  readonly id: string
  readonly subject: string
  readonly access: readonly AccessGrant[]
  /** When it ends, ISO 8601 in UTC. */
  readonly expires: string
}

/** {@link MintedToken} */
export const mintedTokenSchema: z.ZodType<MintedToken> = z
  .object({
    token: z.string(),
    id: z.string().meta({ description: 'Its `jti`, by which it can be revoked.' }),
    subject: z.string(),
    access: z.array(grantSchema),
    expires: timeSchema,
  })
  .meta({ id: 'MintedToken' })

/** The body of `POST /api/v1/tokens/inspect`. */
export interface TokenQuestion {
  readonly token: string
  readonly document: string
}

/** {@link TokenQuestion} */
export const tokenQuestionSchema: z.ZodType<TokenQuestion> = z.strictObject({
  token: z.string().max(65_536),
  document: documentIdSchema,
})

/** What is looked at, in this order. */
const checkNames = [
  'format',
  'signature',
  'claims',
  'issuer',
  'audience',
  'not-before',
  'expiry',
  'issue',
  'lifetime',
  'revocation',
  'access',
  'document',
] as const

/** `POST /api/v1/tokens/inspect` answers this. */
export interface TokenInspection {
  /** Whether the token opens the document now. */
  readonly opens: boolean
  /** What it may do there; null where it opens nothing. */
  readonly role: Role | null
  /** What the token says, true or not; null where that cannot be read. */
  readonly claims: {
    readonly subject: string
    readonly access: readonly AccessGrant[]
    readonly id: string | null
    readonly issued: string | null
    readonly expires: string | null
  } | null
  readonly checks: readonly {
    readonly check: (typeof checkNames)[number]
    readonly outcome: 'passed' | 'failed' | 'skipped'
    readonly text: string
  }[]
}

/** {@link TokenInspection} */
export const tokenInspectionSchema: z.ZodType<TokenInspection> = z
  .object({
    opens: z.boolean().meta({ description: 'Whether the token opens the document now.' }),
    role: z.enum(roles).nullable().meta({ description: 'What it may do there; null where it does not open it.' }),
    claims: z
      .object({
        subject: z.string(),
        access: z.array(grantSchema),
        id: z.string().nullable(),
        issued: timeSchema.nullable(),
        expires: timeSchema.nullable(),
      })
      .nullable()
      .meta({ description: 'What the token says, true or not; null where that cannot be read.' }),
    checks: z
      .array(
        z.object({
          check: z.enum(checkNames),
          outcome: z.enum(['passed', 'failed', 'skipped']),
          text: z.string().meta({ description: 'For a person.' }),
        }),
      )
      .meta({ description: 'What was looked at; `skipped` could not be, or is not asked for.' }),
  })
  .meta({ id: 'TokenInspection' })
