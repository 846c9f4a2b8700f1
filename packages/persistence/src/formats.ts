/**
 * The one place that says which formats this version of Weft reads, and which one it writes. One number stands for all of
 * them: of records, of checkpoints, of relay messages, of heads and of a SQLite file.
 *
 * The rule by which it grows, so that nodes of two versions in a row work together and an upgrade needs no stop:
 *
 * 1. A version that knows a new format reads it, and still writes the one before (`newest` grows, `written` does not).
 * 2. The next version writes it, and still reads the one before (`written` grows).
 * 3. The old one goes on being read: logs keep it until they are compacted. `oldest` may grow only in a version before which
 *    another one has rewritten everything.
 *
 * So what a version writes is read by the version before it and by the one after. Nothing is read by guess: who does not know a
 * format leaves what is written in it as it is.
 *
 * A head, and the SQLite file, carry the newest format that anything of theirs was ever written in. Whoever does not read
 * that one is refused there, before it reads or changes anything.
 *
 * @module
 */

/** Which formats a version reads, and which one it writes. */
export interface Formats {
  /** The oldest that it reads. */
  readonly oldest: number
  /** The newest that it reads. */
  readonly newest: number
  /** The one that it writes: a version before it reads it already. */
  readonly written: number
}

/** Those of this version. */
export const currentFormats: Formats = { oldest: 1, newest: 1, written: 1 }

/** Whether a version reads a format. */
export function reads({ oldest, newest }: Formats, format: number): boolean {
  return format >= oldest && format <= newest
}

/** Whether two nodes can work together: each reads what the other writes. */
export function workTogether(one: Formats, other: Formats): boolean {
  return reads(one, other.written) && reads(other, one.written)
}

/**
 * Says what cannot be read, in which format it is, which ones this version reads, and what to do.
 *
 * @param what for example `record`
 * @param format as it was found; undefined where there is none
 */
export function unreadable(what: string, format: number | string | undefined, { oldest, newest }: Formats): string {
  const known = oldest === newest ? `format ${newest}` : `formats ${oldest} to ${newest}`
  const advice =
    Number(format) > newest
      ? 'start the newer Weft that wrote it, or put a backup in its place if it is damaged'
      : 'upgrade through the versions in between, or put a backup in its place if it is damaged'
  return `the ${what} is of format ${format ?? 'none'}, and this version of Weft reads ${known}: ${advice}`
}
