/**
 * An epoch names the log that a document's places are in: `<life>.<origin>.<log>`.
 *
 * - life: how often the document has been deleted or made anew, as a decimal number.
 * - origin: random, drawn when that life began.
 * - log: random, drawn when its log began. A life has a second log where the first was lost and put back by those who had the
 *   document open.
 *
 * An epoch without dots is of life 0, and all of it is its origin.
 *
 * @module
 */

interface EpochParts {
  readonly life: number
  readonly origin: string
}

/** Whether two epochs are of one life of a document: what was written in the one belongs into the other. */
export function sameLife(one: string, other: string): boolean {
  if (one === other) return true
  const [a, b] = [epochParts(one), epochParts(other)]
  return a.life === b.life && a.origin === b.origin
}

/** Whether an epoch is of a life that began after another one had been ended on purpose. */
export function isLaterLife(epoch: string, than: string): boolean {
  return epochParts(epoch).life > epochParts(than).life
}

/** An epoch's life and origin. */
export function epochParts(epoch: string): EpochParts {
  const [, life, origin] = /^(\d{1,15})\.([^.]+)\.[^.]+$/.exec(epoch) ?? []
  return life === undefined || origin === undefined ? { life: 0, origin: epoch } : { life: Number(life), origin }
}
