import { z } from 'zod'

/** Something that one node asks others, and what each of them answers for itself. */
export interface Question<Asked, Answer> {
  readonly name: string
  readonly asked: z.ZodType<Asked>
  readonly answer: z.ZodType<Answer>
  /** Who is asked: nodes that may have documents open, or all. */
  readonly of: 'rooms' | 'all'
}

/** What goes from node to node, as JSON: a question, or an answer, which is left out where a node has none. */
export type NodeMessage =
  | { readonly ask: string; readonly id: string; readonly body?: unknown }
  | { readonly answer: string; readonly body?: unknown }

const messageSchema: z.ZodType<NodeMessage> = z.union([
  z.object({ ask: z.string(), id: z.string(), body: z.unknown().optional() }),
  z.object({ answer: z.string(), body: z.unknown().optional() }),
])

/** What a node was sent; undefined for what this version of Weft cannot read. */
export function readMessage(text: string): NodeMessage | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
