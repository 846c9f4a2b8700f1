#!/usr/bin/env node
import { BackupFormatError, openStore, StoreConfigurationError, StoreError } from '@weft/persistence'
import { CommandFailure } from './backup/command-failure.ts'
import { runStoreCommand } from './backup/run-store-command.ts'
import { KeysUnavailableError } from './auth/key-set.ts'
import { mintToken } from './auth/mint-token.ts'
import type { StoreInvocation } from './config/backup-settings.ts'
import { readInvocation } from './config/read-config.ts'
import { type Command, type Config, ConfigurationError } from './config/settings.ts'
import { createLog } from './observability/log.ts'
import { listNodes } from './list-nodes.ts'
import { startServer, type WeftServer } from './server.ts'
import { systemSurroundings } from './system-surroundings.ts'

/** Exit codes: 0 drained or done, 1 failed while running, 2 wrong configuration. */
const exitCode = { drained: 0, failed: 1, wrongConfiguration: 2 }

async function main(): Promise<number> {
  const invocation = readInvocation(process.argv.slice(2), process.env)
  if (invocation.command === 'help') {
    process.stdout.write(invocation.text)
    return exitCode.drained
  }
  if (invocation.command === 'nodes') {
    process.stdout.write(await listNodes(invocation.store))
    return exitCode.drained
  }
  if (invocation.command === 'token') {
    const { secret, ...token } = invocation.token
    const id = systemSurroundings.randomId()
    process.stdout.write(`${await mintToken({ ...token, id }, secret, systemSurroundings.now())}\n`)
    return exitCode.drained
  }
  if (!('config' in invocation)) return workOnStore(invocation)
  // Listened for from the start: whoever reads that the server listens may already ask it to stop.
  const toStop = signalled()
  const server = await start(invocation.command, invocation.config)
  try {
    await Promise.race([toStop, server.ready.then(() => toStop)])
  } catch (error) {
    await server.stop()
    throw error
  }
  return (await server.stop()) ? exitCode.drained : exitCode.failed
}

async function workOnStore(invocation: StoreInvocation): Promise<number> {
  const stop = new AbortController()
  // Node hears no signal while it writes into a pipe that is full. There is nothing to clear up there, so it ends at once.
  const toPipe = invocation.command === 'backup' && invocation.backup.to === '-'
  if (!toPipe) void signalled().then(() => stop.abort())
  await runStoreCommand(invocation, stop.signal, (line) => process.stderr.write(`weft: ${line}\n`))
  return exitCode.drained
}

async function start(command: Command, config: Config): Promise<WeftServer> {
  // On a terminal a person reads: one link, and what went wrong. Elsewhere a program does: every event.
  const person = command === 'dev' && process.stdout.isTTY
  const log = createLog(person && config.logLevel === 'info' ? 'warn' : config.logLevel)
  const node = systemSurroundings.randomId()
  const { store, durability } = config
  const assumeConfigured = config.redisSettings === 'assumed'
  const server = await startServer(config, {
    openStore: (signal) => openStore(store, { node, durability, assumeConfigured, signal }),
    node,
    log,
    anyLoopbackOrigin: command === 'dev',
  })
  if (person) process.stdout.write(`\n  Weft is ready: ${server.url}\n\n`)
  return server
}

/** Resolves at the first signal to stop; a second one ends the process at once. */
async function signalled(): Promise<void> {
  await new Promise<void>((resolve) => {
    let stopping = false
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        if (stopping) process.exit(exitCode.failed)
        stopping = true
        resolve()
      })
    }
  })
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
  process.stderr.write(`weft: ${named ? error.message : describe(error)}\n`)
  process.exitCode = wrong ? exitCode.wrongConfiguration : exitCode.failed
}
