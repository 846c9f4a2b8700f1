/** An append as it is published on its document's channel: by the script that made it, so never of what is not in the log. */
export interface RelayedAppend {
  /** The node that appended. */
  readonly origin: string
  readonly epoch: string
  readonly first: number
  readonly last: number
  readonly previousTip: string
  readonly tip: string
  /** The entries' records, as the log has them. */
  readonly records: readonly Buffer[]
}

const format = '1'

/**
 * Reads a message of the channel: one line of format, origin, epoch, first, last, previous tip, tip and the records'
 * lengths, then the records.
 *
 * @returns undefined for one of a format that this version does not know, or that is cut: the log has what it said
 */
export function decodeRelayedAppend(message: Buffer): RelayedAppend | undefined {
  const end = message.indexOf('\n')
  const [found, origin, epoch, first, last, previousTip, tip, lengths] = message
    .toString('latin1', 0, Math.max(end, 0))
    .split(' ')
  if (found !== format || origin === undefined || epoch === undefined) return undefined
  if (previousTip === undefined || tip === undefined || lengths === undefined) return undefined
  const records: Buffer[] = []
  let at = end + 1
  for (const length of lengths.split(',').map(Number)) {
    records.push(message.subarray(at, at + length))
    at += length
  }
  if (at !== message.byteLength) return undefined
  return { origin, epoch, first: Number(first), last: Number(last), previousTip, tip, records }
}
