/** A server under test, as the workloads see it: a process, where its documents are, and the framing that its clients speak. */
import type { Dialect } from './load/dialect.ts'

/** What can be started. */
export interface System {
  readonly name: string
  /** What it keeps, and how soon: for the tables. */
  readonly keeps: string
  /** Whether a document is still there after a restart. */
  readonly persists: boolean
  readonly dialect: Dialect
  start(): Promise<RunningSystem>
  /** Whether stock clients of it converge. @throws Error that says what they hold instead */
  check(running: RunningSystem): Promise<void>
}

/** Where clients connect. */
export interface Address {
  readonly host: string
  readonly port: number
  /** The path on which a document is opened. */
  path(document: string): string
}

/** A server that runs; disposed of, it and its store are gone. */
export interface RunningSystem extends Address, AsyncDisposable {
  readonly pid: number
  /** The processes that it needs beside its own, as a Redis. */
  readonly helpers: readonly number[]
  /** The other of two nodes. */
  readonly second?: Address
  /** Ends the process as `kill` would, and starts it again on the same store. */
  restart(): Promise<void>
}
