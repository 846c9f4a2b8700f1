import { setTimeout as sleep } from 'node:timers/promises'
import * as Y from 'yjs'
import { readFresh } from '../../bench/support/stock-client.ts'
import type { ChaosNode } from './chaos-node.ts'
import type { Texts } from './edit-record.ts'
import { type LoggedDocument, type LogSource, readLog, storeLog } from './log-reader.ts'
import type { Durability } from './schedule.ts'
import type { Topology } from './topology.ts'
import { chaosField, type Writer } from './writer.ts'

/** Between two looks at replicas that do not agree yet, in milliseconds. */
const lookInterval = 100
/** At most so many of a kind are told. */
const mostLines = 3

/** What is checked, and where what does not hold is told. */
export interface CheckerParts {
  readonly topology: Topology
  readonly durability: Durability
  /** Whether saved edits may be lost for good: at `memory`, with the nodes that held them. */
  readonly mayLose: boolean
  readonly writers: readonly Writer[]
  readonly nodes: readonly ChaosNode[]
  readonly documents: readonly string[]
  readonly violation: (text: string) => void
}

/** What a replica, or the log, is at the end. */
interface Witness {
  readonly name: string
  readonly snapshot: Y.Snapshot
  readonly waiting: boolean
  readonly texts: Texts
}

/** Holds the log against what writers were told while a run goes on, and everything against everything at its end. */
export class Checker {
  readonly #parts: CheckerParts
  #audits = 0
  #comparisons = 0
  #missingAtAudits = 0
  #lost = 0

  constructor(parts: CheckerParts) {
    this.#parts = parts
  }

  get counts(): Readonly<Record<string, number>> {
    return {
      audits: this.#audits,
      'comparisons of a saved edit': this.#comparisons,
      'saved edits not in the log at an audit': this.#missingAtAudits,
      'saved edits lost': this.#lost,
    }
  }

  /**
   * Looks whether the log has everything that was told saved before this call. At `memory` what is missing is only counted:
   * nodes may still hold it.
   *
   * @param source the log that counts, where it is not that of the whole store
   */
  async audit(source?: LogSource): Promise<void> {
    const { documents, writers, durability, violation } = this.#parts
    const saved = new Map(writers.map((writer) => [writer, writer.record.saved]))
    this.#audits++
    const logs = await this.#readLog(documents, source)
    for (const [writer, count] of saved) {
      const log = logs.get(writer.record.document)
      if (log === undefined) continue
      const missing = writer.record.missingFrom(log.texts, count)
      this.#comparisons += count
      this.#missingAtAudits += missing.length
      if (durability === 'memory' || missing.length === 0) continue
      violation(`saved and not in the log at audit ${this.#audits}: ${few(missing)}`)
    }
    for (const { doc } of logs.values()) doc.destroy()
  }

  /**
   * Compares all replicas with each other and with the records, once everything is whole and the writers have finished.
   *
   * @returns after how many milliseconds they agreed
   */
  async compare(limit: number): Promise<number> {
    const { documents, mayLose, violation } = this.#parts
    const begun = performance.now()
    for (const document of documents) {
      let witnesses = await this.#witnesses(document)
      while (disagreement(witnesses) !== undefined && performance.now() - begun < limit) {
        await sleep(lookInterval)
        witnesses = await this.#witnesses(document)
      }
      const disagreed = disagreement(witnesses)
      if (disagreed !== undefined) violation(`${document}: ${disagreed} ${limit} ms after the faults`)
      const waiting = witnesses.find((witness) => witness.waiting)
      // What was lost may be what others wait for, for ever.
      if (waiting !== undefined && !mayLose) {
        violation(`${document}: ${waiting.name} waits for what never came`)
      }
      this.#compareRecords(document, witnesses)
    }
    return performance.now() - begun
  }

  async #witnesses(document: string): Promise<Witness[]> {
    const { nodes, writers } = this.#parts
    const fresh = await Promise.all(nodes.map((node) => this.#freshClient(node, document)))
    const ours = writers.filter(({ record }) => record.document === document)
    const clients = ours.map(({ record, doc }) => witness(`the replica of ${record.writer}`, doc))
    const log = (await this.#readLog([document])).get(document)
    return [...fresh.flat(), ...clients, ...(log === undefined ? [] : [witness('the log', log.doc)])]
  }

  async #freshClient(node: ChaosNode, document: string): Promise<Witness[]> {
    const name = `a fresh client of ${node.name}`
    try {
      return [await readFresh(node.webSocketUrl, document, (doc) => witness(name, doc))]
    } catch (error) {
      this.#parts.violation(`${name} could not read ${document}: ${describe(error)}`)
      return []
    }
  }

  async #readLog(documents: readonly string[], source?: LogSource): Promise<Map<string, LoggedDocument>> {
    try {
      return await readLog(source ?? storeLog(() => this.#parts.topology.directUrl), documents)
    } catch (error) {
      this.#parts.violation(`the log cannot be read: ${describe(error)}`)
      return new Map()
    }
  }

  #compareRecords(document: string, witnesses: readonly Witness[]): void {
    const { writers, mayLose, violation } = this.#parts
    for (const { record } of writers) {
      if (record.document !== document) continue
      let lost = 0
      for (const { name, texts } of witnesses) {
        const missing = record.missingFrom(texts, record.saved)
        this.#comparisons += record.saved
        lost = Math.max(lost, missing.length)
        if (missing.length > 0 && !mayLose) violation(`saved and not in ${name}: ${few(missing)}`)
      }
      this.#lost += lost
      if (record.saved < record.made) violation(`${record.writer}: ${record.made - record.saved} edits never saved`)
    }
  }
}

function witness(name: string, doc: Y.Doc): Witness {
  const shown = new Set(doc.getArray<string>(chaosField).toArray())
  const has = (text: string): boolean => shown.has(text)
  const waiting = doc.store.pendingStructs !== null || doc.store.pendingDs !== null
  return { name, snapshot: Y.snapshot(doc), waiting, texts: { holds: has, shows: has } }
}

/** What the first two say of each other that differ. Undefined where all have the same state. */
function disagreement([first, ...others]: readonly Witness[]): string | undefined {
  if (first === undefined) return undefined
  for (const other of others) {
    if (!Y.equalSnapshots(first.snapshot, other.snapshot)) return `${first.name} and ${other.name} differ`
  }
  return undefined
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function few(lines: readonly string[]): string {
  const more = lines.length - mostLines
  return `${lines.slice(0, mostLines).join('; ')}${more > 0 ? ` and ${more} more` : ''}`
}
