import type { Checkpoint } from '../document-log.ts'

/** An entry of the model. It never forgets one, whatever is trimmed. */
export interface ModelEntry {
  readonly update: string
  readonly at: number
  readonly tip: string
}

/** A document as it should be. */
export interface ModelDocument {
  epoch: string
  deleted: boolean
  entries: ModelEntry[]
  checkpoint: Checkpoint | undefined
  lastToken: string | undefined
  lastFirst: number
  title: string
  created: number
  updated: number
}

/** What a store should hold: written for being obviously right, and for nothing else. */
export class StoreModel {
  readonly documents: Map<string, ModelDocument> = new Map()

  begin(id: string, title: string, at: number): void {
    this.documents.set(id, {
      epoch: '',
      deleted: false,
      entries: [],
      checkpoint: undefined,
      lastToken: undefined,
      lastFirst: 0,
      title,
      created: at,
      updated: at,
    })
  }

  /** Ids in an order, as listings should give them. */
  listed(order: 'updated' | 'name' | 'created', prefix: string): string[] {
    return [...this.documents]
      .filter(([id, { deleted }]) => !deleted && id.startsWith(prefix))
      .sort(([a, one], [b, other]) => (order === 'name' ? 0 : other[order] - one[order]) || (a < b ? -1 : 1))
      .map(([id]) => id)
  }
}

/** Tip of the entry at a position; that of the beginning is empty. */
export function tipAt({ entries }: ModelDocument, position: number): string {
  return entries[position - 1]?.tip ?? ''
}
