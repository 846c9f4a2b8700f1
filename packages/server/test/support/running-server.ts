import { openStore, type Store } from '@weft/persistence'
import { type Config, defaults } from '../../src/config/settings.ts'
import { startServer } from '../../src/start-server.ts'
import { CapturedLog } from './captured-log.ts'

/** A real server in the test's process, on a free port of loopback. */
export interface RunningServer extends AsyncDisposable {
  readonly port: number
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string
  /** For example `ws://127.0.0.1:40123`. */
  readonly webSocketUrl: string
  readonly captured: CapturedLog
  /** Stops it; a second call is the first one's promise. */
  stop(): Promise<boolean>
}

/** What a test may want otherwise. */
export interface RunningServerOptions extends Partial<Config> {
  /** An open store, which the server closes; memory otherwise. */
  readonly openStore?: Store
  /** The node's name. */
  readonly node?: string
  readonly anyLoopbackOrigin?: boolean
}

/** Starts one; `await using` it. */
export async function startTestServer(options: RunningServerOptions = {}): Promise<RunningServer> {
  const { openStore: given, node = 'node-a', anyLoopbackOrigin = false, ...settings } = options
  const config: Config = {
    ...defaults.dev,
    store: 'memory:',
    durability: 'memory',
    port: 0,
    anonymous: 'write',
    ...settings,
  }
  const captured = new CapturedLog()
  const server = await startServer(config, {
    openStore: () => (given === undefined ? openStore(config.store) : Promise.resolve(given)),
    node,
    log: captured.log,
    anyLoopbackOrigin,
  })
  let stopping: Promise<boolean> | undefined
  const stop = (): Promise<boolean> => (stopping ??= server.stop())
  return {
    port: Number(new URL(server.url).port),
    url: server.url,
    webSocketUrl: server.url.replace(/^http/, 'ws'),
    captured,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop()
    },
  }
}
