import { z } from 'zod'
import { timeSchema } from './time.ts'

/** `GET /api/v1/documents/{id}/sizes` answers this: the oldest first, and last how large it is now. */
export interface SizeList {
  readonly sizes: readonly {
    /** ISO 8601 in UTC. */
    readonly at: string
    readonly bytes: number
    readonly entries: number
    /** Seconds. */
    readonly checkpointAge: number | null
  }[]
  /** Always null: there are no further pages. */
  readonly next: null
}

/** {@link SizeList} */
export const sizeListSchema: z.ZodType<SizeList> = z
  .object({
    sizes: z.array(
      z
        .object({
          at: timeSchema,
          bytes: z.number().meta({ description: 'What log and checkpoint took.' }),
          entries: z.number().meta({ description: 'How many entries the log had since its last checkpoint, about.' }),
          checkpointAge: z
            .number()
            .nullable()
            .meta({ description: 'How old its checkpoint was, in seconds; null where none was seen being made.' }),
        })
        .meta({ id: 'Size', description: 'How large a document was.' }),
    ),
    next: z.null(),
  })
  .meta({ id: 'SizeList' })
