import { workerVariable } from './worker-process.ts'
import { WorkerLink } from './worker-link.ts'

/**
 * The link of this process to its primary.
 *
 * @param environment this process's own
 * @returns undefined where this process is no worker
 */
export function processLink(environment: NodeJS.ProcessEnv): WorkerLink | undefined {
  const number = Number(environment[workerVariable])
  if (!process.connected || !Number.isInteger(number) || number < 1) return undefined
  return new WorkerLink(number, {
    // A primary that is no more hears nothing, which `onGone` tells.
    send: (message, done) => void process.send?.(message, undefined, {}, () => done?.()),
    onMessage: (hear) => process.on('message', hear),
    onGone: (gone) => process.once('disconnect', gone),
  })
}
