import { z } from 'zod'

/** `GET /api/v1/documents/{id}/verification` answers this: whether what is kept and what is open of a document agree. */
export interface Verification {
  readonly document: string
  readonly outcome: 'agrees' | 'drift' | 'unreadable'
  readonly log: {
    /** Its last position; null where it cannot be read, as is `entries`. */
    readonly position: number | null
    /** How many it has after its checkpoint. */
    readonly entries: number | null
    /** Why it cannot be read; null where it can. */
    readonly detail: string | null
  }
  /** Null where there is none, or where it cannot be read. */
  readonly checkpoint: {
    readonly position: number
    readonly outcome: 'agrees' | 'differs'
    readonly detail: string | null
  } | null
  readonly replicas: readonly {
    readonly node: string
    readonly outcome: ReplicaOutcome
    readonly position: number
    readonly unsavedBytes: number
    readonly detail: string | null
  }[]
  readonly complete: boolean
  readonly unanswered: readonly string[]
}

/** How what a node holds relates to the log. */
export type ReplicaOutcome = 'agrees' | 'unsaved' | 'unclear' | 'differs'

const detail = z.string().nullable().meta({ description: 'What is wrong; null where nothing is.' })

/** {@link Verification} */
export const verificationSchema: z.ZodType<Verification> = z
  .object({
    document: z.string(),
    outcome: z.enum(['agrees', 'drift', 'unreadable']).meta({
      description:
        '`drift`: the checkpoint or a node holds something else than the log. `unreadable`: the log cannot be replayed.',
    }),
    log: z.object({
      position: z.number().nullable().meta({ description: 'The last one; null where it cannot be read.' }),
      entries: z.number().nullable().meta({ description: 'How many the log has after its checkpoint.' }),
      detail,
    }),
    checkpoint: z
      .object({ position: z.number(), outcome: z.enum(['agrees', 'differs']), detail })
      .nullable()
      .meta({ description: 'Whether its chunks hold what its header says; null where there is none.' }),
    replicas: z
      .array(
        z
          .object({
            node: z.string(),
            outcome: z.enum(['agrees', 'unsaved', 'unclear', 'differs']).meta({
              description:
                '`unsaved`: it has all of the log, and something that is not saved yet. `unclear`: it was edited meanwhile, ' +
                'or the log cannot be read.',
            }),
            position: z.number().meta({ description: 'Up to where it has all of the log.' }),
            unsavedBytes: z.number(),
            detail,
          })
          .meta({ id: 'VerifiedReplica', description: 'What a node that has the document open holds.' }),
      )
      .meta({ description: 'One for each node that has the document open.' }),
    complete: z.boolean().meta({ description: 'Whether all nodes answered.' }),
    unanswered: z.array(z.string()).meta({ description: 'The names of the nodes that did not answer.' }),
  })
  .meta({ id: 'Verification', description: 'Whether what is kept and what is open of a document agree.' })
