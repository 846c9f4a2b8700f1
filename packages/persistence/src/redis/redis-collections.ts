import {
  assertChange,
  assertRange,
  type CollectionChange,
  type CollectionItem,
  type CollectionRange,
  type Collections,
} from '../collections.ts'
import type { DocumentAccess } from './document-access.ts'
import type { Argument } from './redis-connection.ts'
import { listIn, maybeTextIn, textIn } from './reply.ts'
import { changeCollectionScript, listCollectionScript } from './scripts/collections.ts'
import { runShared } from './shared-key.ts'

/** The collections in Redis, each in a hash slot of its own. */
export class RedisCollections implements Collections {
  readonly #access: DocumentAccess

  constructor(access: DocumentAccess) {
    this.#access = access
  }

  async get(collection: string, key: string): Promise<string | undefined> {
    const { texts } = this.#keys(collection)
    const reply = await runShared(this.#access, texts, (commands, asking) =>
      commands.call('HGET', [texts, key], asking),
    )
    return maybeTextIn(reply)
  }

  async list(collection: string, range: CollectionRange): Promise<readonly CollectionItem[]> {
    assertRange(range)
    const { from, before, limit, backwards = false } = range
    const { texts, keys } = this.#keys(collection)
    const first = from === undefined ? '-' : `[${from}`
    const last = before === undefined ? '+' : `(${before}`
    const order = backwards ? ['ZREVRANGEBYLEX', last, first] : ['ZRANGEBYLEX', first, last]
    const reply = await runShared(this.#access, texts, (commands, asking) =>
      commands.run(listCollectionScript, [texts], [keys, ...order, limit], asking),
    )
    const found = listIn(reply).map(textIn)
    return found.flatMap((text, index) => (index % 2 === 0 ? [] : [{ key: found[index - 1] ?? '', text }]))
  }

  async change(collection: string, change: CollectionChange): Promise<boolean> {
    assertChange(change)
    const { expect = [], put = [], remove = [] } = change
    const { texts, keys } = this.#keys(collection)
    const expected = expect.flatMap(({ key, text }): Argument[] => [key, text === undefined ? 0 : 1, text ?? ''])
    const items = put.flatMap(({ key, text }) => [key, text])
    const args = [keys, expect.length, ...expected, remove.length, ...remove, ...items]
    const reply = await runShared(this.#access, texts, (commands, asking) =>
      commands.run(changeCollectionScript, [texts], args, asking),
    )
    return reply === 1
  }

  #keys(collection: string): { readonly texts: string; readonly keys: string } {
    const base = `${this.#access.prefix}:collection:{${collection}}`
    return { texts: `${base}:texts`, keys: `${base}:keys` }
  }
}
