import { crc32 } from 'node:zlib'
import type { DocumentOrder } from '../document-catalog.ts'

/**
 * How the listing is kept: in buckets, each in a hash slot of its own so that a Cluster shares them out, with one
 * lexicographic set for the ids and, for each scope (listing-scopes.ts), one for each order by time.
 */
const bucketCount = 16

/** The keys of one bucket. */
export interface Bucket {
  /** What the names of its sets begin with. */
  readonly base: string
  /** What is listed of each document: its places by update and by creation. */
  readonly entries: string
  /** What is in the trash, scored by the time since when. */
  readonly trash: string
  /** The words of titles, each with a document behind a space, in the order of bytes. */
  readonly words: string
  /** By document, the words of its title. */
  readonly titles: string
}

/** All buckets of a store. */
export function bucketsOf(prefix: string): readonly Bucket[] {
  return Array.from({ length: bucketCount }, (_, number) => {
    const base = `${prefix}:index:{${number}}:`
    return { base, entries: `${base}entries`, trash: `${base}trash`, words: `${base}words`, titles: `${base}titles` }
  })
}

/** The number of the bucket that a document is listed in. */
export function bucketNumberOf(document: string): number {
  return crc32(document) % bucketCount
}

/** The set of a bucket for an order. */
export function setOf({ base }: Bucket, order: DocumentOrder, scope: string): string {
  return order === 'name' ? `${base}name` : `${base}${order}:${scope}`
}

const digits = 14

/** A time as text that sorts newest first. */
export function placeOfTime(at: number): string {
  return (BigInt(Number.MAX_SAFE_INTEGER) - BigInt(at)).toString(16).padStart(digits, '0')
}

/** A document in a set by time. */
export interface ListedByTime {
  readonly id: string
  readonly at: number
}

/** What {@link placeOfTime} and an id after it say. */
export function listedIn(member: string): ListedByTime {
  return { id: member.slice(digits), at: timeOfPlace(member.slice(0, digits)) }
}

/** The time that {@link placeOfTime} made a text of. */
export function timeOfPlace(place: string): number {
  return Number(BigInt(Number.MAX_SAFE_INTEGER) - BigInt(`0x${place}`))
}
