/** The keys of one document: its id is their hash tag, so that a Cluster keeps them in one slot. */
export interface DocumentKeys {
  /** Stream of entries with ids `<position>-0`: `r` the record, `i` the tip, `b` all bytes logged up to and with it. */
  readonly log: string
  /** Hash: where the log ends, the checkpoint's place, what appends count, and each node's last append. */
  readonly head: string
  /** Hash: title, created, createdBy. */
  readonly meta: string
  /** The sharded channel that appends are published on. */
  readonly relay: string
}

/** @param prefix begins every key, so that several Wefts can share a Redis */
export function keysOf(prefix: string, document: string): DocumentKeys {
  const begin = `${prefix}:{${document}}:`
  return { log: `${begin}log`, head: `${begin}head`, meta: `${begin}meta`, relay: `${begin}relay` }
}

/** Hash of a checkpoint: `header`, and its chunks by their numbers. */
export function checkpointKey(prefix: string, document: string, generation: string): string {
  return `${prefix}:{${document}}:checkpoint:${generation}`
}

/** Sorted sets of the listing. The bucket is the hash tag; there is one bucket yet. */
export function indexKey(prefix: string, name: string): string {
  return `${prefix}:index:{0}:${name}`
}
