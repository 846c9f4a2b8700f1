import { afterWords, hasWords, maxTitlesSorted } from '../title-words.ts'
import type { DocumentAccess } from './document-access.ts'
import { type Bucket, bucketNumberOf, bucketsOf } from './listing-places.ts'
import { listIn, maybeTextIn, numberIn, textIn } from './reply.ts'

/** Reads the words of titles, which the listing's script keeps. */
export class TitleIndex {
  readonly #access: DocumentAccess
  readonly #buckets: readonly Bucket[]

  constructor(access: DocumentAccess) {
    this.#access = access
    this.#buckets = bucketsOf(access.prefix)
  }

  /** The documents whose titles have the word that is rarest of these, unless that is in too many. */
  async withRarest(words: readonly string[]): Promise<string[] | undefined> {
    const counts = await Promise.all(words.map(async (word) => ({ word, found: await this.#count(word) })))
    const [rarest] = counts.sort((a, b) => a.found - b.found)
    if (rarest === undefined || rarest.found > maxTitlesSorted) return undefined
    const members = await this.#ofAll(({ words: key }) =>
      this.#access.call('', key, 'ZRANGEBYLEX', rangeOf(rarest.word)),
    )
    const ids = members.flatMap((found) => listIn(found).map((member) => textIn(member).split(' ')[1] ?? ''))
    return [...new Set(ids)]
  }

  /** Those of some documents whose titles have all words. */
  async having(words: readonly string[], ids: readonly string[]): Promise<string[]> {
    const perBucket = Map.groupBy(ids, bucketNumberOf)
    const found = await Promise.all(
      [...perBucket].map(async ([number, listed]) => {
        const key = this.#buckets[number]?.titles ?? ''
        const titles = listIn(await this.#access.call('', key, 'HMGET', listed)).map(maybeTextIn)
        return listed.filter((_id, index) => hasWords(titles[index] ?? '', words))
      }),
    )
    return found.flat()
  }

  async #count(word: string): Promise<number> {
    const counts = await this.#ofAll(({ words }) => this.#access.call('', words, 'ZLEXCOUNT', rangeOf(word)))
    return counts.reduce<number>((sum, found) => sum + numberIn(found), 0)
  }

  #ofAll(ask: (bucket: Bucket) => Promise<unknown>): Promise<unknown[]> {
    return Promise.all(this.#buckets.map(ask))
  }
}

function rangeOf(word: string): string[] {
  return [`[${word}`, `(${afterWords(word)}`]
}
