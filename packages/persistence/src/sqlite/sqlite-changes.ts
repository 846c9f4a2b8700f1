import { decodeChangeCursor, encodeChangeCursor, timeOfChange } from '../change-cursor.ts'
import { assertChangeLimit, type ChangePage, type Changes, type DocumentChange } from '../changes.ts'
import { kindsAfter } from '../feed-entry.ts'
import type { Performer } from './performer.ts'
import type { StoredChange } from './stored-changes.ts'

/** The feed in SQLite. Reading it gives documents their places, so the thread that writes does both. */
export class SqliteChanges implements Changes {
  readonly #writes: Performer
  #name: string | undefined

  constructor(writes: Performer) {
    this.#writes = writes
  }

  async read(after: string | undefined, limit: number): Promise<ChangePage> {
    assertChangeLimit(limit)
    const name = await this.#feed()
    const [place = 0] = after === undefined ? [] : decodeChangeCursor(after, name, 1, Date.now())
    const { found, more } = await this.#writes.changes({ type: 'read-changes', after: place, limit })
    const last = found.at(-1)?.place ?? place
    const changes = found.map((change) => changeOf(change, name, place))
    return { changes, next: encodeChangeCursor(name, [last]), more: more || found.length === limit }
  }

  async latest(): Promise<string> {
    const name = await this.#feed()
    for (;;) {
      const { last, more } = await this.#writes.changes({ type: 'read-changes', after: 0, limit: 0 })
      if (!more) return encodeChangeCursor(name, [last])
    }
  }

  async #feed(): Promise<string> {
    this.#name ??= (await this.#writes.changes({ type: 'read-changes', after: 0, limit: 0 })).name
    return this.#name
  }
}

function changeOf({ document, place, entry }: StoredChange, name: string, after: number): DocumentChange {
  return {
    document,
    happened: kindsAfter(entry, after),
    state: entry.state,
    title: entry.title,
    at: timeOfChange(place),
    cursor: encodeChangeCursor(name, [place]),
  }
}
