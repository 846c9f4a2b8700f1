import { z } from 'zod'

/** A time in JSON: ISO 8601 in UTC, to the millisecond. */
export const timeSchema: z.ZodType<string> = z.string().meta({ format: 'date-time' })
