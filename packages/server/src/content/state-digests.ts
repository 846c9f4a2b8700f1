import { applyWithWaiting } from '@weft/protocol'
import * as Y from 'yjs'
import { z } from 'zod'
import { contentDigest } from './content-digest.ts'

/** What a document holds after some of its updates. */
export interface StateDigest {
  /** After how many of them. */
  readonly after: number
  /** Yjs's, encoded, as Base64. What waits for missing dependencies is not in it. */
  readonly stateVector: string
  /** As `contentDigest`. */
  readonly digest: string
}

/** What a replay came to. */
export interface StateDigests {
  readonly digests: readonly StateDigest[]
  /** Which update cannot be read, from 0: there is no digest of what is after it. */
  readonly unreadable?: number | undefined
}

const digestsSchema: z.ZodType<StateDigests> = z.object({
  digests: z.array(z.object({ after: z.number(), stateVector: z.string(), digest: z.string() })),
  unreadable: z.number().optional(),
})

/**
 * Replays a log.
 *
 * @param after after how many updates there is to be a digest, ascending
 * @returns {@link StateDigests}, for {@link readDigests}
 */
export function digestStates(updates: readonly Uint8Array[], after: readonly number[]): Uint8Array<ArrayBuffer> {
  const doc = new Y.Doc({ gc: true })
  const digests: StateDigest[] = []
  let applied = 0
  let unreadable: number | undefined
  for (const count of after) {
    // One transaction for all of them: its cleanup is what costs.
    doc.transact(() => {
      for (; applied < count && unreadable === undefined; applied++) {
        if (!applies(doc, updates[applied])) unreadable = applied
      }
    })
    if (unreadable !== undefined) break
    const stateVector = Buffer.from(Y.encodeStateVector(doc)).toString('base64')
    digests.push({ after: count, stateVector, digest: contentDigest(doc) })
  }
  doc.destroy()
  return new TextEncoder().encode(JSON.stringify({ digests, unreadable } satisfies StateDigests))
}

/** What {@link digestStates} wrote. */
export function readDigests(bytes: Uint8Array): StateDigests {
  return digestsSchema.parse(JSON.parse(new TextDecoder().decode(bytes)))
}

function applies(doc: Y.Doc, update: Uint8Array | undefined): boolean {
  try {
    if (update !== undefined) applyWithWaiting(doc, update)
    return true
  } catch {
    return false
  }
}
