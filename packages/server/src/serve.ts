import { openStore } from '@weft/persistence'
import type { Command, Config } from './config/settings.ts'
import { exitCode } from './exit-code.ts'
import { createLog } from './observability/log.ts'
import { startServer } from './start-server.ts'
import { systemSurroundings } from './system-surroundings.ts'
import type { WorkerLink } from './workers/worker-link.ts'

/** What serving is told beside the configuration. */
export interface ServeParts {
  readonly command: Command
  /** Resolves when it shall go down. */
  readonly stop: Promise<void>
  /** Where this process is one of several workers. */
  readonly worker: WorkerLink | undefined
  /** Told where a person may go, once it listens. */
  readonly listening: (url: string) => void
}

/**
 * Serves until told to stop.
 *
 * @returns the exit code
 * @throws what starting the server does, and what ends it
 */
export async function serve(config: Config, { command, stop, worker, listening }: ServeParts): Promise<number> {
  const log = createLog(config.logLevel, worker === undefined ? {} : { facts: { worker: worker.number } })
  const node = systemSurroundings.randomId()
  const { store, durability } = config
  const assumeConfigured = config.redisSettings === 'assumed'
  const server = await startServer(config, {
    openStore: (signal) => openStore(store, { node, durability, assumeConfigured, signal }),
    node,
    log,
    anyLoopbackOrigin: command === 'dev',
    worker,
  })
  listening(server.url)
  const started = server.ready.then(() => worker?.ready())
  try {
    await Promise.race([stop, started.then(() => stop)])
  } catch (error) {
    await server.stop()
    throw error
  }
  return (await server.stop()) ? exitCode.drained : exitCode.failed
}
