#!/usr/bin/env -S node --max-semi-space-size=8
// Left alone, V8 lets the space for young objects grow to some 50 MiB while many connect, and keeps it: 20 KiB for each of two
// thousand documents. Whatever starts this program by its path says the same to Node.
import { BackupFormatError, StoreConfigurationError, StoreError } from '@weft/persistence'
import { CommandFailure } from './backup/command-failure.ts'
import { runStoreCommand } from './backup/run-store-command.ts'
import { KeysUnavailableError } from './auth/key-set.ts'
import { mintToken } from './auth/mint-token.ts'
import type { StoreInvocation } from './config/backup-settings.ts'
import { readInvocation, type ServeInvocation } from './config/read-config.ts'
import { ConfigurationError } from './config/settings.ts'
import { exitCode } from './exit-code.ts'
import { forReader, greet } from './greeting.ts'
import { runDocuments } from './command-line/documents-command.ts'
import { askForNodes, listNodes } from './command-line/list-nodes.ts'
import { serve } from './serve.ts'
import { systemSurroundings } from './system-surroundings.ts'
import { processLink } from './workers/process-link.ts'
import { runWorkers } from './workers/run-workers.ts'
import type { WorkerLink } from './workers/worker-link.ts'

/** Where this process is one of the workers of a `--workers`. */
const worker = processLink(process.env)

async function main(): Promise<number> {
  const invocation = readInvocation(process.argv.slice(2), process.env)
  if (invocation.command === 'help') {
    process.stdout.write(invocation.text)
    return exitCode.drained
  }
  if (invocation.command === 'nodes') {
    process.stdout.write(await ('api' in invocation ? askForNodes(invocation.api) : listNodes(invocation.store)))
    return exitCode.drained
  }
  if (invocation.command === 'documents') {
    const { text, alarming } = await runDocuments(invocation.task, invocation.api)
    process.stdout.write(text)
    return alarming ? exitCode.failed : exitCode.drained
  }
  if (invocation.command === 'token') {
    const { secret, ...token } = invocation.token
    const id = systemSurroundings.randomId()
    process.stdout.write(`${await mintToken({ ...token, id }, secret, systemSurroundings.now())}\n`)
    return exitCode.drained
  }
  if (!('config' in invocation)) return workOnStore(invocation)
  return invocation.config.workers > 1 && worker === undefined
    ? await serveWithWorkers(invocation)
    : await serveAlone(invocation)
}

async function serveAlone({ command, config }: ServeInvocation): Promise<number> {
  // Listened for from the start: whoever reads that the server listens may already ask it to stop.
  const stop = worker === undefined ? signalled() : workerSignalled(worker)
  return await serve(forReader(command, config), {
    command,
    stop,
    worker,
    // The primary says it for all of its workers.
    listening: (url) => worker ?? greet(command, url),
  })
}

async function serveWithWorkers({ command, config }: ServeInvocation): Promise<number> {
  let kill = (): void => {}
  const { code, failure } = await runWorkers(forReader(command, config), {
    environment: process.env,
    stop: signalled(() => kill()),
    ready: (url) => greet(command, url),
    killable: (killAll) => (kill = killAll),
  })
  if (failure !== undefined) process.stderr.write(failure)
  return code
}

async function workOnStore(invocation: StoreInvocation): Promise<number> {
  const stop = new AbortController()
  // Node hears no signal while it writes into a pipe that is full. There is nothing to clear up there, so it ends at once.
  const toPipe = invocation.command === 'backup' && invocation.backup.to === '-'
  if (!toPipe) void signalled().then(() => stop.abort())
  await runStoreCommand(invocation, stop.signal, (line) => process.stderr.write(`weft: ${line}\n`))
  return exitCode.drained
}

/**
 * Resolves at the first signal to stop; a second one ends the process at once.
 *
 * @param atOnce what is done before that
 */
async function signalled(atOnce: () => void = () => {}): Promise<void> {
  await new Promise<void>((resolve) => {
    let stopping = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) {
          atOnce()
          process.exit(exitCode.failed)
        }
        stopping = true
        resolve()
      })
    }
  })
}

/** A worker goes when its primary says so. Ctrl-C reaches both, and is the primary's; SIGTERM may be meant for this worker alone. */
async function workerSignalled(link: WorkerLink): Promise<void> {
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => link.leave())
  await link.stop
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** Whether something else must be configured. Keys are waited for once a server runs: at the start a file of them is missing. */
function isConfiguration(error: unknown): error is Error {
  return (
    error instanceof ConfigurationError ||
    error instanceof StoreConfigurationError ||
    error instanceof KeysUnavailableError
  )
}

/** Whether the text of an error is all that a person needs, whatever it ended. */
function isNamed(error: unknown): error is Error {
  return error instanceof StoreError || error instanceof BackupFormatError || error instanceof CommandFailure
}

try {
  process.exitCode = await main()
} catch (error) {
  const wrong = isConfiguration(error)
  // What a person can mend is one line; anything else is a fault of ours, and its stack says where.
  const named = wrong || isNamed(error)
  const text = `weft: ${named ? error.message : describe(error)}\n`
  if (worker === undefined) process.stderr.write(text)
  else await worker.failed(text)
  process.exitCode = wrong ? exitCode.wrongConfiguration : exitCode.failed
} finally {
  // Nothing else keeps a worker alive that has ended.
  if (worker !== undefined && process.connected) process.disconnect()
}
