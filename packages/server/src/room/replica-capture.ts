import type { Place } from '@weft/persistence'
import type { Surroundings } from './surroundings.ts'

/** Before it is looked again whether everything is durable, in milliseconds. */
const glance = 5

/** What a replica holds at one moment. */
export interface ReplicaCapture {
  /** All of it, as newcomers are sent it. */
  readonly state: readonly Uint8Array[]
  /** What it says itself that it has, encoded. */
  readonly stateVector: Uint8Array
  /** Up to where it has all of the log. */
  readonly place: Place
  /** What of it is not durable yet. */
  readonly unsavedBytes: number
}

/** What can be captured. */
interface Capturable {
  readonly settled: boolean
  flush(): void
  capture(): ReplicaCapture
}

/**
 * Sends on what has gathered, waits until it is durable, and captures it then.
 *
 * @param find undefined where the document is not open, or is not any longer
 * @param limit how long is waited for the log to take it, in milliseconds
 */
export async function captureSettled(
  find: () => Capturable | undefined,
  limit: number,
  surroundings: Pick<Surroundings, 'now' | 'timer'>,
): Promise<ReplicaCapture | undefined> {
  const end = surroundings.now() + limit
  for (;;) {
    const room = find()
    if (room === undefined) return undefined
    room.flush()
    if (room.settled || surroundings.now() >= end) return room.capture()
    await new Promise<void>((resolve) => surroundings.timer(glance, resolve))
  }
}
