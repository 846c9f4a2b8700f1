import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { numberIn, textIn } from './columns.ts'

/**
 * How much one step takes away: what frees pages holds up the commits behind it, so it is a few milliseconds' worth.
 */
const bytesPerStep = 1024 * 1024
const rowsPerStep = 500

/** Takes away what nothing refers to any more, a little at a time, so that deleting much never stops appends for long. */
export class Sweep {
  readonly #next: StatementSync
  readonly #done: StatementSync
  readonly #abandonAll: StatementSync
  readonly #entries: StatementSync
  readonly #removeEntries: StatementSync
  readonly #chunks: StatementSync
  readonly #removeChunks: StatementSync
  readonly #removeHeaders: StatementSync
  readonly #removeOutlines: StatementSync
  readonly #generations: StatementSync

  constructor(database: DatabaseSync) {
    this.#next = database.prepare('SELECT document, kind, bound FROM garbage WHERE abandoned = 1 LIMIT 1')
    this.#done = database.prepare('DELETE FROM garbage WHERE document = ? AND kind = ? AND bound = ?')
    this.#abandonAll = database.prepare('UPDATE garbage SET abandoned = 1')
    this.#entries = database.prepare(`
      SELECT position AS place, length(record) AS bytes FROM entries
      WHERE document = ? AND position <= ? ORDER BY position LIMIT ${rowsPerStep}
    `)
    this.#removeEntries = database.prepare('DELETE FROM entries WHERE document = ? AND position <= ?')
    this.#chunks = database.prepare(`
      SELECT number AS place, length(record) AS bytes FROM chunks
      WHERE document = ? AND generation = ? ORDER BY number LIMIT ${rowsPerStep}
    `)
    this.#removeChunks = database.prepare('DELETE FROM chunks WHERE document = ? AND generation = ? AND number <= ?')
    this.#removeHeaders = database.prepare('DELETE FROM checkpoints WHERE document = ? AND generation = ?')
    this.#removeOutlines = database.prepare('DELETE FROM outlines WHERE document = ? AND generation = ?')
    this.#generations = database.prepare(`
      SELECT generation FROM checkpoints WHERE document = ?1
      UNION SELECT generation FROM chunks WHERE document = ?1
    `)
  }

  /** What was being written when the store was last closed will not be finished. */
  abandonAll(): void {
    this.#abandonAll.run()
  }

  /** @returns whether there is more to sweep */
  step(): boolean {
    const row = this.#next.get()
    if (row === undefined) return false
    const document = numberIn(row, 'document')
    const kind = textIn(row, 'kind')
    const bound = numberIn(row, 'bound')
    if (this.#sweep(document, kind, bound)) this.#done.run(document, kind, bound)
    return this.#next.get() !== undefined
  }

  /** @returns whether all of this is gone */
  #sweep(document: number, kind: string, bound: number): boolean {
    switch (kind) {
      case 'entries':
        return this.#sweepEntries(document, bound)
      case 'checkpoint':
        return this.#sweepCheckpoint(document, bound)
      default: {
        if (!this.#sweepEntries(document, Number.MAX_SAFE_INTEGER)) return false
        const [generation] = this.#generations.all(document)
        return generation === undefined || (this.#sweepCheckpoint(document, numberIn(generation, 'generation')), false)
      }
    }
  }

  #sweepEntries(document: number, upTo: number): boolean {
    const { last, all } = cut(this.#entries, document, upTo)
    if (last !== undefined) this.#removeEntries.run(document, last)
    return all
  }

  #sweepCheckpoint(document: number, generation: number): boolean {
    const { last, all } = cut(this.#chunks, document, generation)
    if (last !== undefined) this.#removeChunks.run(document, generation, last)
    if (all) {
      this.#removeHeaders.run(document, generation)
      this.#removeOutlines.run(document, generation)
    }
    return all
  }
}

/** How far one step goes, and whether nothing is left behind it. */
function cut(statement: StatementSync, document: number, bound: number): { last: number | undefined; all: boolean } {
  const rows = statement.all(document, bound)
  let bytes = 0
  for (const row of rows) {
    bytes += numberIn(row, 'bytes')
    if (bytes >= bytesPerStep) return { last: numberIn(row, 'place'), all: false }
  }
  const last = rows.at(-1)
  return { last: last === undefined ? undefined : numberIn(last, 'place'), all: rows.length < rowsPerStep }
}
