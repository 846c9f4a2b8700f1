const units: readonly { unit: Intl.RelativeTimeFormatUnit; seconds: number }[] = [
  { unit: 'year', seconds: 365 * 24 * 3600 },
  { unit: 'month', seconds: 30 * 24 * 3600 },
  { unit: 'week', seconds: 7 * 24 * 3600 },
  { unit: 'day', seconds: 24 * 3600 },
  { unit: 'hour', seconds: 3600 },
  { unit: 'minute', seconds: 60 },
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'full', timeStyle: 'medium' })

/**
 * How long ago, in words: "just now", "3 minutes ago", "yesterday".
 *
 * @param time an ISO 8601 time
 * @param now milliseconds since 1970
 */
export function relativeTime(time: string, now: number): string {
  const seconds = (now - Date.parse(time)) / 1000
  if (Number.isNaN(seconds)) return 'at an unknown time'
  // A server's clock that runs ahead of ours should not date a change into the future.
  if (seconds < 45) return 'just now'
  const { unit, seconds: length } = units.find((candidate) => seconds >= candidate.seconds) ?? {
    unit: 'minute',
    seconds: 60,
  }
  return relative.format(-Math.max(1, Math.floor(seconds / length)), unit)
}

/** The same time in full, in the reader's time zone. */
export function exactTime(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? time : exact.format(date)
}
