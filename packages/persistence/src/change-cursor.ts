import { CursorGoneError } from './changes.ts'
import { InvalidCursorError } from './document-catalog.ts'

/**
 * Where one is in a feed: its name, and how far one is in each of the sequences that it is made of. A sequence's numbers are
 * microseconds since 1970, made larger where two would be the same: so one that was lost and begins anew goes on after what it
 * had given out.
 */
export function encodeChangeCursor(feed: string, places: readonly number[]): string {
  return [feed, ...places.map((place) => place.toString(36))].join('.')
}

/** How far ahead of this clock the one may be that gives out places, in microseconds: a day. */
const ahead = 86_400_000_000

/**
 * The places that {@link encodeChangeCursor} made a text of.
 *
 * @param count of how many sequences the feed is made
 * @param now milliseconds since 1970
 * @throws InvalidCursorError, CursorGoneError
 */
export function decodeChangeCursor(text: string, feed: string, count: number, now: number): number[] {
  const [named = '', ...rest] = text.split('.')
  const places = rest.map((place) => (/^[0-9a-z]{1,11}$/.test(place) ? Number.parseInt(place, 36) : Number.NaN))
  const sound = places.every((place) => place <= now * 1000 + ahead)
  if (!/^[\w-]{16}$/.test(named) || !sound || places.length === 0) {
    throw new InvalidCursorError('this place was not given out by the feed of changes: give one as it was, or none')
  }
  if (named === feed && places.length === count) return places
  throw new CursorGoneError(
    'this place is of another feed, from before the store was lost, replaced or restored: begin anew, without a place',
  )
}

/** The next number of a sequence. */
export function nextPlace(last: number, now: number): number {
  return Math.max(last + 1, now * 1000)
}

/** When a place was given out, in milliseconds since 1970. */
export function timeOfChange(place: number): number {
  return Math.floor(place / 1000)
}
