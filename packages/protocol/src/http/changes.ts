import { z } from 'zod'
import { documentIdSchema } from './documents.ts'
import { timeSchema } from './time.ts'

/** What may have happened to a document: `deleted` is into the trash, `restored` out of it, `erased` for good. */
export type ChangeKind = 'created' | 'changed' | 'renamed' | 'deleted' | 'restored' | 'erased'

/** A document that changed. */
export interface ChangeEntry {
  readonly document: string
  /** All that happened since the place that was asked after, however often. */
  readonly happened: readonly ChangeKind[]
  readonly state: 'live' | 'trashed' | 'erased'
  readonly title: string
  /** ISO 8601 in UTC. */
  readonly at: string
  /** The place after it: `?since=` goes on from there. */
  readonly cursor: string
}

/** {@link ChangeEntry} */
export const changeEntrySchema: z.ZodType<ChangeEntry> = z
  .object({
    document: documentIdSchema,
    happened: z
      .array(z.enum(['created', 'changed', 'renamed', 'deleted', 'restored', 'erased']))
      .meta({ description: 'All that happened since the place that was asked after, however often.' }),
    state: z.enum(['live', 'trashed', 'erased']),
    title: z.string().meta({ description: 'Empty of one that is erased.' }),
    at: timeSchema.meta({
      description: 'When it came to its place in the feed: within about a second after it changed.',
    }),
    cursor: z.string().meta({ description: 'The place after it, for `since`.' }),
  })
  .meta({ id: 'Change', description: 'A document that changed.' })

/** A part of the feed. */
export interface ChangeFeedPage {
  readonly changes: readonly ChangeEntry[]
  /** The place after all of them, and after others that one’s access does not cover. */
  readonly next: string
  /** Whether there is more by now. A page may be short, or empty, and there be more all the same. */
  readonly more: boolean
}

/** `GET /api/v1/changes` answers this, where no stream is asked for. */
export const changeFeedPageSchema: z.ZodType<ChangeFeedPage> = z
  .object({
    changes: z.array(changeEntrySchema),
    next: z.string().meta({ description: 'The place after all of them, for `since`.' }),
    more: z
      .boolean()
      .meta({ description: 'Whether there is more by now. A page may be short, or empty, all the same.' }),
  })
  .meta({ id: 'ChangePage' })

/** What `GET /api/v1/changes` may be asked. */
export const changeQuerySchema: z.ZodType<{ since?: string | undefined; limit: number }> = z.object({
  since: z.string().max(1024).optional().meta({
    description:
      'What comes after this place, or `now`: what changes from now on. Without it, everything there is comes first.',
  }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(100)
    .meta({ description: 'How many at most; of a stream, at once.' }),
})
