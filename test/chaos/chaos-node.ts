import { setTimeout as sleep } from 'node:timers/promises'
import { type LogLine, type ProcessEnd, type ServerProcess, startServer } from '../support/server-process.ts'

/** A node of a run: a server process that is killed, stopped in its tracks and started again, and must never end by itself. */
export class ChaosNode implements AsyncDisposable {
  readonly name: string
  readonly #server: ServerProcess
  readonly #violation: (text: string) => void
  #up = true

  private constructor(name: string, server: ServerProcess, violation: (text: string) => void) {
    this.name = name
    this.#server = server
    this.#violation = violation
    this.#watch()
  }

  static async start(
    name: string,
    store: string,
    args: readonly string[],
    violation: (text: string) => void,
  ): Promise<ChaosNode> {
    return new ChaosNode(name, await startServer({ built: true, command: 'serve', store, args }), violation)
  }

  get webSocketUrl(): string {
    return this.#server.webSocketUrl
  }

  /** Whether it takes connections, as far as anyone outside can know. */
  get up(): boolean {
    return this.#up
  }

  get log(): readonly LogLine[] {
    return this.#server.log
  }

  /** Kills it, and starts it again after some milliseconds. */
  async kill(lasts: number): Promise<void> {
    if (!this.#up) return
    this.#up = false
    await this.#server.kill('SIGKILL')
    await sleep(lasts)
    try {
      await this.#server.restart()
    } catch (error) {
      this.#violation(`${this.name} did not start again: ${error instanceof Error ? error.message : String(error)}`)
      return
    }
    this.#watch()
    this.#up = true
  }

  /** Stops it in its tracks for some milliseconds. */
  async pause(lasts: number): Promise<void> {
    // One that has ended by itself was told of already, and its number may be another's by now.
    if (!this.#up) return
    process.kill(this.#server.pid, 'SIGSTOP')
    await sleep(lasts)
    process.kill(this.#server.pid, 'SIGCONT')
  }

  /** Asks it to stop. */
  stop(): Promise<ProcessEnd> {
    this.#up = false
    return this.#server.kill('SIGTERM')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#up = false
    await this.#server[Symbol.asyncDispose]()
  }

  #watch(): void {
    void this.#server.ended.then(({ code, signal }) => {
      if (!this.#up) return
      this.#up = false
      this.#violation(`${this.name} ended by itself, with ${signal ?? `code ${code}`}: ${this.#server.complaints}`)
    })
  }
}
