import { isLoopback } from './config/read-config.ts'
import type { Config } from './config/settings.ts'
import { createHttpServer } from './http/http-server.ts'
import { closeServer, listen } from './listening.ts'
import { createNode, type NodeParts, type WeftNode } from './server.ts'

/** A server that listens. */
export interface WeftServer extends Pick<WeftNode, 'ready'> {
  /** Where it is reached, for example `http://127.0.0.1:8787`. */
  readonly url: string
  /** As `WeftNode.stop`, with the server closed too. */
  stop(): Promise<boolean>
}

/**
 * Puts a node together and listens.
 *
 * @throws ConfigurationError where the address cannot be listened on; and as `createNode`
 */
export async function startServer(config: Config, parts: NodeParts): Promise<WeftServer> {
  const { log, worker } = parts
  const node = await createNode(config, parts)
  const server = createHttpServer(node.app)
  node.takeUpgrades(server)
  const url = await (worker?.takeConnections(server) ?? listen(server, config)).catch(async (error: unknown) => {
    await node.abandon()
    throw error
  })
  const { durability, anonymous, role } = config
  log.info('listening', { url, store: withoutCredentials(config.store), durability, role, node: parts.node, anonymous })
  if (anonymous !== 'none' && !isLoopback(config.host)) {
    log.warn('anonymous-access', { host: config.host, anonymous })
  }
  return { url, ready: node.ready, stop: () => node.stop(() => closeServer(server)) }
}

/** A store's URL as it may be logged. */
function withoutCredentials(url: string): string {
  return url.replace(/\/\/.*@/, '//')
}
