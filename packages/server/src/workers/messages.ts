import { z } from 'zod'

/** What a worker is told. */
export type ToWorker =
  /** A connection comes with this message; `head` is what was read from it already, a character a byte. */
  | { readonly type: 'connection'; readonly head: string }
  /** From now on connections come, and people reach it at this URL. */
  | { readonly type: 'welcome'; readonly url: string }
  | { readonly type: 'stop' }
  | { readonly type: 'read-metrics'; readonly id: number }
  /** The answer to `ask-metrics`. */
  | { readonly type: 'all-metrics'; readonly id: number; readonly text: string }

/** What a worker tells. */
export type FromWorker =
  /** It can be given connections. */
  | { readonly type: 'up' }
  /** Its store is there: it has started. */
  | { readonly type: 'ready' }
  /** It goes down by itself, and wants no more connections. */
  | { readonly type: 'leaving' }
  /** So many connections arrived, and so many ended, since it last said. */
  | { readonly type: 'count'; readonly came: number; readonly left: number }
  /** Why it ends, in one line. */
  | { readonly type: 'failed'; readonly text: string }
  /** Somebody wants to read what all workers count. The id is this worker's own. */
  | { readonly type: 'ask-metrics'; readonly id: number }
  /** The answer to `read-metrics`. */
  | { readonly type: 'metrics'; readonly id: number; readonly text: string }

const id = z.number()
const text = z.string()

const toWorkerSchema: z.ZodType<ToWorker> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection'), head: text }),
  z.object({ type: z.literal('welcome'), url: text }),
  z.object({ type: z.literal('stop') }),
  z.object({ type: z.literal('read-metrics'), id }),
  z.object({ type: z.literal('all-metrics'), id, text }),
])

const fromWorkerSchema: z.ZodType<FromWorker> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('up') }),
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('leaving') }),
  z.object({ type: z.literal('count'), came: z.number(), left: z.number() }),
  z.object({ type: z.literal('failed'), text }),
  z.object({ type: z.literal('ask-metrics'), id }),
  z.object({ type: z.literal('metrics'), id, text }),
])

/** @throws ZodError */
export function readToWorker(message: unknown): ToWorker {
  return toWorkerSchema.parse(message)
}

/** @throws ZodError */
export function readFromWorker(message: unknown): FromWorker {
  return fromWorkerSchema.parse(message)
}
