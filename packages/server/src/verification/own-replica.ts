import type { ContentThread } from '../content/content-thread.ts'
import { readDigests } from '../content/state-digests.ts'
import type { LiveDocuments } from '../live-documents.ts'
import type { ReplicaOfNode } from '../nodes/questions.ts'

/** How long the log may take to have what is not saved yet, in milliseconds. */
const settleTime = 1_000

/**
 * What this node holds of a document. It is read in a thread: a large one would keep others waiting.
 *
 * @returns null where it is not open here
 * @throws ContentError
 */
export async function ownReplica(
  document: string,
  documents: Pick<LiveDocuments, 'capture'>,
  thread: Pick<ContentThread, 'run'>,
): Promise<ReplicaOfNode | null> {
  const captured = await documents.capture(document, settleTime)
  if (captured === undefined) return null
  const { state, stateVector, place, unsavedBytes } = captured
  const bytes = await thread.run(state, { type: 'digest', after: [state.length] })
  const [digest] = readDigests(bytes).digests
  const coherent = digest?.stateVector === Buffer.from(stateVector).toString('base64')
  if (digest === undefined) return { place, unsavedBytes, coherent }
  return { place, unsavedBytes, coherent, state: { stateVector: digest.stateVector, digest: digest.digest } }
}
