import type { ChangePage, DocumentChange } from '@weft/persistence'
import {
  type ChangeEntry,
  changeEntrySchema,
  type ChangeFeedPage,
  changeFeedPageSchema,
  changeQuerySchema,
} from '@weft/protocol/http'
import { Hono } from 'hono'
import { type Identity, judge } from '../auth/access.ts'
import { changeStream, type ChangeStreamParts } from './change-stream.ts'
import { ProblemError } from './problem.ts'
import { describeRoute } from './reference/describe-route.ts'
import type { EdgeEnvironment } from './requests.ts'

/** How many streams one node keeps open. */
const maxStreams = 500

/** What the feed's route needs. */
export type ChangeRoutesParts = ChangeStreamParts

const following = {
  id: 'listChanges',
  summary: 'Follow what changes',
  text:
    'A feed of documents that changed, each once at the place of its last change, for back ends that index or mirror. ' +
    'With `Accept: text/event-stream` it goes on for as long as the connection does: each event is a change, its id the place after it; ' +
    'otherwise it is one page. A place holds on every node, and never grows old.',
  needs: 'any token; shows what read covers',
  query: changeQuerySchema,
  headers: { 'Last-Event-ID': 'The place to go on from, as event streams give it back; it wins over `since`.' },
  answers: {
    200: [
      { type: 'text/event-stream', text: 'Changes, as they come.', schema: changeEntrySchema },
      { type: 'application/json', text: 'A page of changes.', schema: changeFeedPageSchema },
    ],
  },
  refuses: ['invalid-cursor', 'cursor-gone', 'overloaded'],
} as const

/** `/changes`: which documents changed since one looked last. */
export function changeRoutes(parts: ChangeRoutesParts): Hono<EdgeEnvironment> {
  return new Hono<EdgeEnvironment>().get('/', describeRoute(following), async (context) => {
    const identity = context.get('identity')
    const { since, limit } = context.var.asked.query()
    const place = context.req.header('last-event-id') ?? since
    const changes = parts.changes()
    const first = await changes.read(place === 'now' ? await changes.latest() : place, limit)
    if (context.req.header('accept')?.includes('text/event-stream') !== true) {
      const body: ChangeFeedPage = {
        changes: shownTo(identity, first).map(entryOf),
        next: first.next,
        more: first.more,
      }
      return context.json(body)
    }
    if (parts.tail.size >= maxStreams) {
      throw new ProblemError(
        'overloaded',
        503,
        `${maxStreams} streams are open on this node: try again later, or read pages`,
      )
    }
    const show = (page: ChangePage): { text: string; place: string | undefined } => {
      const shown = shownTo(identity, page)
      return { text: shown.map(eventOf).join(''), place: shown.at(-1)?.cursor }
    }
    context.header('Content-Type', 'text/event-stream')
    context.header('Cache-Control', 'no-store')
    // nginx would gather what is sent.
    context.header('X-Accel-Buffering', 'no')
    return context.body(changeStream(parts, { first, limit, expires: identity.expires, show }))
  })
}

function shownTo(identity: Identity, { changes }: ChangePage): DocumentChange[] {
  return changes.filter(({ document }) => judge(identity, { document, role: 'read' }) === 'allowed')
}

function entryOf(change: DocumentChange): ChangeEntry {
  return { ...change, at: new Date(change.at).toISOString() }
}

function eventOf(change: DocumentChange): string {
  return `id: ${change.cursor}\ndata: ${JSON.stringify(entryOf(change))}\n\n`
}
