import type { Revocation } from '@weft/persistence'
import type { RevokedTokens } from '@weft/protocol'
import {
  type NewRevocation,
  newRevocationSchema,
  type RevocationSummary,
  revocationSummarySchema,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import { requireAdminOfAll } from './access.ts'
import type { NodeAnswers } from './node-answers.ts'
import { describeRoute } from './reference/describe-route.ts'
import type { EdgeEnvironment } from './requests.ts'

/** What the route of revocations needs. */
export interface RevocationRoutesParts {
  /** @throws StoreUnavailableError */
  readonly revoke: (tokens: RevokedTokens, by: string) => Promise<Revocation>
  /** What is open by such tokens, on all nodes. @throws StoreUnavailableError */
  readonly opened: (
    tokens: RevokedTokens,
  ) => Promise<NodeAnswers<readonly { readonly document: string; readonly subject: string }[]>>
  readonly now: () => number
}

const revoking = {
  id: 'revoke',
  summary: 'Take tokens back',
  text: 'One token, all of a subject’s that were issued before now, or those for one document. Open documents close within 2 s on every node.',
  needs: 'admin on *',
  body: newRevocationSchema,
  answers: { 201: revocationSummarySchema, 200: revocationSummarySchema },
  refuses: ['forbidden'],
} as const

/** `/revocations`: taking tokens back. */
export function revocationRoutes({ revoke, opened, now }: RevocationRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().post('/', describeRoute(revoking), async (context) => {
    const identity = context.get('identity')
    requireAdminOfAll(identity)
    const asked = await context.var.asked.body()
    const tokens = tokensIn(asked)
    const { answers, unanswered } = await opened(tokens)
    const closes = answers.flatMap(({ node, answer }) => answer.map((open) => ({ ...open, node })))
    if (asked.dryRun === true) {
      const body: RevocationSummary = { before: new Date(now()).toISOString(), until: null, closes, unanswered }
      return context.json(body)
    }
    context.set('acted', { document: asked.document, target: asked.subject ?? asked.jti })
    const { before, until } = await revoke(tokens, identity.subject)
    const body: RevocationSummary = {
      before: new Date(before).toISOString(),
      until: new Date(until).toISOString(),
      closes,
      unanswered,
    }
    return context.json(body, 201)
  })
}

function tokensIn({ jti, subject = '', document }: NewRevocation): RevokedTokens {
  if (jti !== undefined) return { jti }
  return { subject, ...(document === undefined ? {} : { document }) }
}
