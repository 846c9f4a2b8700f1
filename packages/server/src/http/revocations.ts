import type { Revocation } from '@weft/persistence'
import type { RevokedTokens } from '@weft/protocol'
import { type NewRevocation, newRevocationSchema, type RevocationSummary } from '@weft/protocol/http'
import { Hono } from 'hono'
import { isAdminOfAll } from '../auth/access.ts'
import type { EdgeEnvironment } from './documents.ts'
import { ProblemError } from './problem.ts'
import { parse, readJson } from './request-body.ts'

/** What the route of revocations needs. */
export interface RevocationRoutesParts {
  /** @throws StoreUnavailableError */
  readonly revoke: (tokens: RevokedTokens, by: string) => Promise<Revocation>
  /** What is open on this node by such tokens. */
  readonly opened: (tokens: RevokedTokens) => readonly { readonly document: string; readonly subject: string }[]
  readonly now: () => number
}

/** `/revocations`: taking tokens back. */
export function revocationRoutes({ revoke, opened, now }: RevocationRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().post('/', async (context) => {
    const identity = context.get('identity')
    if (!isAdminOfAll(identity))
      throw new ProblemError('forbidden', 403, 'this needs admin access to all documents (*)')
    const asked = parse(newRevocationSchema, await readJson(context))
    const tokens = tokensIn(asked)
    const closes = opened(tokens)
    if (asked.dryRun === true) {
      const body: RevocationSummary = { before: new Date(now()).toISOString(), until: null, closes }
      return context.json(body)
    }
    const { before, until } = await revoke(tokens, identity.subject)
    const body: RevocationSummary = {
      before: new Date(before).toISOString(),
      until: new Date(until).toISOString(),
      closes,
    }
    return context.json(body, 201)
  })
}

function tokensIn({ jti, subject = '', document }: NewRevocation): RevokedTokens {
  if (jti !== undefined) return { jti }
  return { subject, ...(document === undefined ? {} : { document }) }
}
