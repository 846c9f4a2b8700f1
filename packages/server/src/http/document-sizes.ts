import { type SizeList, sizeListSchema } from '@weft/protocol/http'
import { Hono } from 'hono'
import { notFound } from './access.ts'
import { documentFor } from './document-access.ts'
import { describeRoute } from './reference/describe-route.ts'
import type { EdgeEnvironment } from './requests.ts'

/** What the route of sizes needs. */
export interface SizeRoutesParts {
  /**
   * How large a document was, the oldest first, and is; nothing where there is none. Times are milliseconds since 1970.
   *
   * @throws StoreUnavailableError
   */
  readonly sizes: (document: string) => Promise<
    readonly {
      readonly at: number
      readonly bytes: number
      readonly entries: number
      readonly checkpointAt: number | undefined
    }[]
  >
}

const listing = {
  id: 'listSizes',
  summary: 'Show how large a document was over time',
  text: 'At most one for each hour of 30 days in which it was open, and last how large it is now.',
  needs: 'read on the document',
  answers: { 200: sizeListSchema },
  refuses: ['not-found'],
} as const

/** `/documents/{id}/sizes`: bytes, length of the log and age of the checkpoint over time. */
export function sizeRoutes({ sizes }: SizeRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().get('/:id/sizes', describeRoute(listing), async (context) => {
    const id = documentFor(context, 'read')
    const samples = await sizes(id)
    if (samples.length === 0) throw notFound(id)
    const body: SizeList = {
      sizes: samples.map(({ at, bytes, entries, checkpointAt }) => ({
        at: new Date(at).toISOString(),
        bytes,
        entries,
        checkpointAge: checkpointAt === undefined ? null : Math.max(0, Math.round((at - checkpointAt) / 1000)),
      })),
      next: null,
    }
    return context.json(body)
  })
}
