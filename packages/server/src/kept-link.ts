import { z } from 'zod'
import type { TokenFacts } from './auth/revocation-list.ts'

/** A link as the store has it, under the hash of its secret. Times are milliseconds since 1970. */
export interface KeptLink {
  /** Of the document when it was made: it does not hold for a later life. */
  readonly epoch: string
  readonly role: 'read' | 'write'
  readonly created: number
  readonly createdBy: string
  readonly expires: number
  /** The token that it was made with and, of one that was made by a link, those behind that. None of somebody anonymous. */
  readonly makers: readonly TokenFacts[]
}

const keptLinkSchema: z.ZodType<KeptLink> = z.object({
  epoch: z.string(),
  role: z.enum(['read', 'write']),
  created: z.number(),
  createdBy: z.string(),
  expires: z.number(),
  makers: z.array(
    z
      .object({ subject: z.string(), jti: z.string().optional(), issued: z.number().nullable() })
      // JSON has no infinity: a token that does not say when it was issued counts as issued before anything.
      .transform(({ subject, jti, issued }) => ({ subject, jti, issued: issued ?? Number.NEGATIVE_INFINITY })),
  ),
})

/** A link as text. */
export function encodeLink(link: KeptLink): string {
  return JSON.stringify(link)
}

/** The link that {@link encodeLink} made a text of; undefined for anything else. */
export function decodeLink(text: string): KeptLink | undefined {
  try {
    return keptLinkSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
