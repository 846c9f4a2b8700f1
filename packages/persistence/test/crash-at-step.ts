/**
 * A process that puts a new checkpoint in the place of an old one and kills itself at a given step of it. Its arguments: the
 * store's folder, and the number of the step. Where it comes to the end, there was no such step.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { checkpointAt } from '../src/contract/with-store.ts'
import { openSqliteStore } from '../src/sqlite/sqlite-store.ts'

const [folder = '', step = '0'] = process.argv.slice(2)
let next = 0
const swept = Promise.withResolvers<void>()
const { log } = await openSqliteStore(folder, {
  onCheckpointStep: (name) => {
    // The sweep that follows opening is no step of the checkpoint.
    if (next === 0 && name !== 'begun') return
    if (next++ === Number(step)) process.kill(process.pid, 'SIGKILL')
    if (name === 'swept') swept.resolve()
  },
})
const { head, checkpoint } = await log.load('a')
const chunks = Array.from({ length: 8 }, () => new Uint8Array(randomBytes(300_000)))
await log.replaceCheckpoint('a', checkpointAt(head, ...chunks), checkpoint?.place.tip)
await swept.promise
process.exit(0)
