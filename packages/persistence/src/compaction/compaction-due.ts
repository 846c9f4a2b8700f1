/** Below this a longer tail costs less than making a checkpoint. In bytes. */
export const minCompactedTailBytes: number = 1024 * 1024

/**
 * Whether a log's tail is long enough to be worth a new checkpoint. A tail has to exceed half the checkpoint, so that
 * rewriting the whole costs a constant number of times what was written: the cost stays linear in the bytes appended.
 *
 * @param tailBytes what the entries after the checkpoint take
 * @param checkpointBytes what the checkpoint's chunks take; 0 where there is none
 */
export function compactionDue(tailBytes: number, checkpointBytes: number): boolean {
  return tailBytes > Math.max(minCompactedTailBytes, checkpointBytes / 2)
}

/** How much of the checkpoint's size the tail must have to be worth a compaction at all. */
const worthwhileShare = 1 / 16

/**
 * Whether a compaction is worth what it costs, for whoever has a reason to compact now. Rewriting 20 MB for an edited line would
 * cost far more than replaying the line.
 */
export function compactionWorthwhile(tailBytes: number, checkpointBytes: number): boolean {
  return tailBytes > checkpointBytes * worthwhileShare
}
