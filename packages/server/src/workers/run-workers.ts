import type { Config } from '../config/settings.ts'
import { createLog } from '../observability/log.ts'
import { systemSurroundings } from '../system-surroundings.ts'
import { FrontDoor } from './front-door.ts'
import { WorkerPool, type PoolEnd } from './worker-pool.ts'
import { forkWorker } from './worker-process.ts'

/** What running workers is told beside the configuration. */
export interface RunWorkersParts {
  /** This process's own. */
  readonly environment: NodeJS.ProcessEnv
  /** Resolves when they shall go down. */
  readonly stop: Promise<void>
  /** Told where a person may go, once the first worker has started. */
  readonly ready: (url: string) => void
  /** Given what ends all workers at once, for when this process has no more time. */
  readonly killable: (kill: () => void) => void
}

/**
 * Runs `--workers` processes behind one address, each a node of its own. Resolves when all have ended.
 *
 * @throws ConfigurationError where the address cannot be listened on
 */
export async function runWorkers(config: Config, parts: RunWorkersParts): Promise<PoolEnd> {
  const door = new FrontDoor()
  const url = await door.open(config)
  const pool = new WorkerPool({
    count: config.workers,
    start: (number, listener) => forkWorker(number, parts.environment, listener),
    url,
    surroundings: systemSurroundings,
    log: createLog(config.logLevel),
    ready: () => parts.ready(url),
  })
  parts.killable(() => pool.kill())
  door.give((connection, document, head) => pool.give(connection, document, head))
  void parts.stop.then(() => pool.stop())
  const end = await pool.ended
  door.close()
  return end
}
