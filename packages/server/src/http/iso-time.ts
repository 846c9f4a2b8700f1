const millisecondsPerDay = 86_400_000

const hundred = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'))

let lastDay = Number.NaN
let date = ''

/**
 * A time as ISO 8601 in UTC, as `Date.toISOString` has it, at a sixth of its cost: documents of a page were mostly changed on
 * few days, and a page has two times of each.
 *
 * @param at milliseconds since 1970
 * @throws RangeError on days that `Date` does not have
 */
export function isoTime(at: number): string {
  const day = Math.floor(at / millisecondsPerDay)
  if (day !== lastDay) {
    const text = new Date(day * millisecondsPerDay).toISOString()
    date = text.slice(0, text.indexOf('T') + 1)
    lastDay = day
  }
  const milliseconds = at - day * millisecondsPerDay
  const seconds = Math.floor(milliseconds / 1000)
  const minutes = Math.floor(seconds / 60)
  const time = `${hundred[Math.floor(minutes / 60)]}:${hundred[minutes % 60]}:${hundred[seconds % 60]}`
  return `${date}${time}.${String(milliseconds % 1000).padStart(3, '0')}Z`
}
