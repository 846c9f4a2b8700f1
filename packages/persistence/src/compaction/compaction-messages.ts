/** What the compactor and its worker thread say to each other. Bytes are transferred, never shared. */
export type ToCompactionWorker =
  | {
      readonly type: 'updates'
      readonly job: number
      /** Of each update in `bytes`, one after the other: its position, or undefined for a chunk of the old checkpoint. */
      readonly positions: readonly (number | undefined)[]
      readonly lengths: readonly number[]
      readonly bytes: ArrayBuffer
    }
  | { readonly type: 'finish'; readonly job: number }
  | { readonly type: 'abandon'; readonly job: number }

export type FromCompactionWorker =
  | { readonly type: 'chunk'; readonly job: number; readonly chunk: Uint8Array }
  | {
      readonly type: 'rebuilt'
      readonly job: number
      readonly stateVector: Uint8Array
      readonly outline: Uint8Array | undefined
    }
  | {
      readonly type: 'unreadable'
      readonly job: number
      readonly position: number | undefined
      readonly cause: unknown
    }
  | { readonly type: 'failed'; readonly job: number; readonly cause: unknown }
