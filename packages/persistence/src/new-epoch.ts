import { epochParts } from '@weft/protocol'
import { randomId } from './random-id.ts'

/** The epoch of a document that never was. */
export function firstEpoch(): string {
  return `0.${randomId()}.${randomId()}`
}

/** The epoch of what comes after a life that was ended: of a tombstone, and of the document that is made anew after it. */
export function nextLife(ended: string): string {
  return `${epochParts(ended).life + 1}.${randomId()}.${randomId()}`
}

/** The epoch of a log that takes the place of a lost one. */
export function continuedEpoch(lost: string): string {
  const { life, origin } = epochParts(lost)
  return `${life}.${origin}.${randomId()}`
}
