import { fork } from 'node:child_process'
import type { Socket } from 'node:net'
import { type FromWorker, readFromWorker, type ToWorker } from './messages.ts'

/** How a process ended. One of the two is null; both, where it could not be started. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** The process of a worker, as the pool sees it. */
export interface WorkerProcess {
  readonly pid: number | undefined
  /** Says something, with a connection where one is given away. Where the process is gone, that is lost and the connection ended. */
  send(message: ToWorker, connection?: Socket): void
  kill(signal: NodeJS.Signals): void
}

/** Who hears a process. */
export interface ProcessListener {
  heard(message: FromWorker): void
  /** Called once. */
  ended(end: ProcessEnd): void
}

/** The environment variable that tells a process which worker it is. */
export const workerVariable = 'WEFT_WORKER'

/**
 * Starts a process that is told the same as this one, and that it is a worker.
 *
 * @param environment this process's own
 */
export function forkWorker(number: number, environment: NodeJS.ProcessEnv, listener: ProcessListener): WorkerProcess {
  const [, program = '', ...args] = process.argv
  const child = fork(program, args, { env: { ...environment, [workerVariable]: String(number) } })
  let over = false
  const ended = (end: ProcessEnd): void => {
    if (over) return
    over = true
    listener.ended(end)
  }
  child.on('message', (message) => listener.heard(readFromWorker(message)))
  child.once('exit', (code, signal) => ended({ code, signal }))
  // It could not be started, or not be told something, which its end explains.
  child.on('error', () => {
    if (child.pid === undefined) ended({ code: null, signal: null })
  })
  return {
    pid: child.pid,
    send: (message, connection) => {
      child.send(message, connection, {}, (error) => {
        if (error !== null) connection?.destroy()
      })
    },
    kill: (signal) => void child.kill(signal),
  }
}
