import { z } from 'zod'

/** Something that somebody did by the API as an administrator. */
export interface Act {
  /** What was done, for example `document.erase`. */
  readonly act: string
  /** Who did it: a token's subject. */
  readonly actor: string
  /** The document that it concerns; undefined where it concerns no single one. */
  readonly document: string | undefined
  /** What else it was done to, for example a webhook's id. */
  readonly target: string | undefined
  /** The request's id, as its answer and the log have it. */
  readonly request: string
}

/** An act as the trail keeps it. */
export interface RecordedAct extends Act {
  readonly id: string
  /** Milliseconds since 1970. */
  readonly at: number
}

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
