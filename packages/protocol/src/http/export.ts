import { z } from 'zod'
import { maxDocumentIdLength } from '../document-id.ts'
import { type Problem, problemSchema } from './problem.ts'

/** The media type of a backup (docs/backup-format.md). */
export const backupMediaType = 'application/vnd.weft.backup'

const prefix = z
  .string()
  .max(maxDocumentIdLength)
  .default('')
  .meta({ description: 'Only documents whose ids begin so.' })

/** The body of `POST /api/v1/export`. */
export const exportSchema: z.ZodType<{ prefix: string }> = z.strictObject({ prefix })

/** What `POST /api/v1/import` is asked with. */
export const importQuerySchema: z.ZodType<{ prefix: string; deleted: 'stay' | 'recreate' }> = z.object({
  prefix,
  deleted: z
    .enum(['stay', 'recreate'])
    .default('stay')
    .meta({ description: 'Whether documents that were deleted here are made anew.' }),
})

/** One line of what `POST /api/v1/import` answers. The last one is `done` or `problem`. */
export type ImportLine =
  | {
      readonly document: string
      readonly outcome: 'created' | 'recreated' | 'merged' | 'unchanged' | 'deleted' | 'skipped'
    }
  | {
      readonly document: string
      readonly file: string
      readonly outcome: 'created' | 'unchanged' | 'deleted' | 'skipped'
    }
  | { readonly done: { readonly documents: number; readonly files: number } }
  | { readonly problem: Problem }

/** {@link ImportLine} */
export const importLineSchema: z.ZodType<ImportLine> = z.union([
  z.strictObject({
    document: z.string(),
    outcome: z.enum(['created', 'recreated', 'merged', 'unchanged', 'deleted', 'skipped']).meta({
      description:
        'It was not there, or was deleted, and is there now; it was there and lacked something, or nothing; it was deleted and stays so; it is outside of the prefix.',
    }),
  }),
  z.strictObject({
    document: z.string(),
    file: z.string(),
    outcome: z.enum(['created', 'unchanged', 'deleted', 'skipped']),
  }),
  z.strictObject({ done: z.strictObject({ documents: z.number(), files: z.number() }) }),
  z.strictObject({ problem: problemSchema }),
])
