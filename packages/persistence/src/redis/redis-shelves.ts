import {
  assertChange,
  assertRange,
  type ShelfChange,
  type ShelfItem,
  type ShelfRange,
  type Shelves,
} from '../shelves.ts'
import type { DocumentAccess } from './document-access.ts'
import type { Argument } from './redis-connection.ts'
import { listIn, maybeTextIn, textIn } from './reply.ts'
import { changeShelfScript, listShelfScript } from './scripts/shelves.ts'
import { runShared } from './shared-key.ts'

/** The shelves in Redis, each in a hash slot of its own. */
export class RedisShelves implements Shelves {
  readonly #access: DocumentAccess

  constructor(access: DocumentAccess) {
    this.#access = access
  }

  async get(shelf: string, key: string): Promise<string | undefined> {
    const { texts } = this.#keys(shelf)
    const reply = await runShared(this.#access, texts, (commands, asking) =>
      commands.call('HGET', [texts, key], asking),
    )
    return maybeTextIn(reply)
  }

  async list(shelf: string, range: ShelfRange): Promise<readonly ShelfItem[]> {
    assertRange(range)
    const { from, before, limit, backwards = false } = range
    const { texts, keys } = this.#keys(shelf)
    const first = from === undefined ? '-' : `[${from}`
    const last = before === undefined ? '+' : `(${before}`
    const order = backwards ? ['ZREVRANGEBYLEX', last, first] : ['ZRANGEBYLEX', first, last]
    const reply = await runShared(this.#access, texts, (commands, asking) =>
      commands.run(listShelfScript, [texts], [keys, ...order, limit], asking),
    )
    const found = listIn(reply).map(textIn)
    return found.flatMap((text, index) => (index % 2 === 0 ? [] : [{ key: found[index - 1] ?? '', text }]))
  }

  async change(shelf: string, change: ShelfChange): Promise<boolean> {
    assertChange(change)
    const { expect = [], put = [], remove = [] } = change
    const { texts, keys } = this.#keys(shelf)
    const expected = expect.flatMap(({ key, text }): Argument[] => [key, text === undefined ? 0 : 1, text ?? ''])
    const items = put.flatMap(({ key, text }) => [key, text])
    const args = [keys, expect.length, ...expected, remove.length, ...remove, ...items]
    const reply = await runShared(this.#access, texts, (commands, asking) =>
      commands.run(changeShelfScript, [texts], args, asking),
    )
    return reply === 1
  }

  #keys(shelf: string): { readonly texts: string; readonly keys: string } {
    const base = `${this.#access.prefix}:shelf:{${shelf}}`
    return { texts: `${base}:texts`, keys: `${base}:keys` }
  }
}
