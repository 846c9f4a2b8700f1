import { randomUUID } from 'node:crypto'
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** What a disk takes for the promise that `saved` makes: 4 KiB written to a file and synced. */
export class DiskSync implements Disposable {
  readonly #file: string
  readonly #descriptor: number
  readonly #block = Buffer.alloc(4096, 'x')

  /** @param folder where the file is made: on the disk that is asked about */
  constructor(folder: string) {
    this.#file = join(folder, `fdatasync-${randomUUID()}.tmp`)
    this.#descriptor = openSync(this.#file, 'w')
  }

  /** Writes and syncs once. @returns milliseconds */
  measure(): number {
    const start = performance.now()
    writeSync(this.#descriptor, this.#block)
    fdatasyncSync(this.#descriptor)
    return performance.now() - start
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor)
    rmSync(this.#file)
  }
}
