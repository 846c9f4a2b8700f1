import { z } from 'zod'
import type { Grant, Identity } from './access.ts'
import { isDocumentPattern } from './document-pattern.ts'
import type { RevocationList, TokenFacts } from './revocation-list.ts'

/** How many grants a token may have: each of them is looked at for every document that is asked for. */
const maxGrants = 100

/** A token's subject. It is kept with what its bearer writes. */
const subjectSchema: z.ZodType<string> = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\P{Cc}+$/u, { error: 'has control characters' })

/** What a person is called and which colour their caret has, as presence shows it. */
const personTextSchema = z.string().max(200)

/** The claims of a token that Weft reads. Times are seconds since 1970. */
export interface Claims {
  readonly sub: string
  readonly name?: string | undefined
  readonly color?: string | undefined
  readonly access: readonly Grant[]
  readonly exp: number
  readonly iat?: number | undefined
  readonly jti?: string | undefined
}

/** Which claims are not as they must be. */
export interface MalformedClaims {
  readonly malformed: string
}

const claimsSchema: z.ZodType<Claims> = z.object({
  sub: subjectSchema,
  name: personTextSchema.optional(),
  color: personTextSchema.optional(),
  access: z
    .array(
      z.object({
        documents: z.string().refine(isDocumentPattern, { error: 'is no pattern of document ids' }),
        role: z.enum(['read', 'write', 'admin']),
      }),
    )
    .max(maxGrants)
    .default([]),
  exp: z.number(),
  iat: z.number().optional(),
  jti: z.string().min(1).max(256).optional(),
})

/**
 * Reads the claims of a token whose signature holds. Others than these are not looked at.
 *
 * @returns the claims, or which of them is malformed. The text names fields and never what is in them
 */
export function readClaims(payload: unknown): Claims | MalformedClaims {
  const result = claimsSchema.safeParse(payload)
  if (result.success) return result.data
  const fields = result.error.issues.map(({ path }) => path.join('.'))
  return { malformed: [...new Set(fields)].join(', ') }
}

/** Who the bearer of a token with these claims is, as far as nothing of it was taken back. */
export function identityOf(
  { sub, access, exp, iat = 0, jti }: Claims,
  revocations: Pick<RevocationList, 'covers' | 'documentsOf'>,
): Identity {
  const token: TokenFacts = { subject: sub, jti, issued: iat * 1000 }
  const withdrawn = (document: string): boolean => revocations.covers(token, document)
  const withdrawnFrom = (): readonly string[] => revocations.documentsOf(token)
  return { subject: sub, grants: access, token, withdrawn, withdrawnFrom, expires: exp * 1000 }
}
