import type { Store } from '../store.ts'

/** What a driver brings along to be put to the contract. Each test makes a fixture of its own. */
export interface StoreFixture {
  /** Opens the fixture's store. After a close it finds the same data, unless the kind is not durable. */
  open(): Promise<Store>
  /** Takes the data away. Stores that were opened are closed by then. */
  dispose(): Promise<void>
  /** Where another process opens the same store by `openStore`. Only of a durable kind. */
  readonly url?: string
  /** Only of a kind that can be damaged. Called while the store is closed. */
  readonly damage?: StoreDamage
}

/** Ways in which a disk or a person changes what a store holds (L8). */
export interface StoreDamage {
  /** Changes a byte in the middle of an entry's record. */
  flipEntry(document: string, position: number): Promise<void>
  /** Makes an entry's record one of a format that nobody knows. */
  ageEntry(document: string, position: number): Promise<void>
  removeEntry(document: string, position: number): Promise<void>
  flipChunk(document: string, number: number): Promise<void>
  removeChunk(document: string, number: number): Promise<void>
  /** Takes away the checkpoint's header. */
  removeHeader(document: string): Promise<void>
  flipFileChunk(document: string, hash: string, number: number): Promise<void>
  removeFileChunk(document: string, hash: string, number: number): Promise<void>
}

/** A driver, and how much of the contract it can be held to. */
export interface StoreKind {
  readonly name: string
  /** Whether what it keeps outlives its process: then the rules about crashes are tested too. */
  readonly durable: boolean
  /** Whether it keeps bytes that can be damaged. */
  readonly damageable: boolean
  create(): Promise<StoreFixture>
}
