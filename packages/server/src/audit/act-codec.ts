import { z } from 'zod'
import type { Act, RecordedAct } from './audit-trail.ts'

const storedSchema = z.object({
  at: z.number(),
  act: z.string(),
  actor: z.string(),
  document: z.string().optional(),
  target: z.string().optional(),
  request: z.string(),
})

/** An act as JSON. */
export function encodeAct(act: Act, at: number): string {
  return JSON.stringify({ at, ...act })
}

/** The act that {@link encodeAct} made a text of; undefined for anything else. */
export function decodeAct(text: string): Omit<RecordedAct, 'id'> | undefined {
  const result = storedSchema.safeParse(parsed(text))
  if (!result.success) return undefined
  const { document, target, ...rest } = result.data
  return { ...rest, document, target }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
