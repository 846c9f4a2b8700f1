import type { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import { type Config, ConfigurationError } from './config/settings.ts'

/**
 * Listens.
 *
 * @returns the URL at which it is reached
 * @throws ConfigurationError where the address cannot be listened on
 */
export async function listen(server: Server, { port, host }: Pick<Config, 'port' | 'host'>): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)))
    server.listen(port, host, resolve)
  })
  const address = server.address()
  const actual = typeof address === 'object' && address !== null ? address.port : port
  return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`
}

/** Stops listening, and ends what is left of connections. */
export async function closeServer(server: HttpServer): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigurationError(
        `port ${port} is taken: choose another with --port or WEFT_PORT, or stop what is listening there`,
      )
    case 'EACCES':
      return new ConfigurationError(
        `port ${port} may not be listened on: choose one above 1023 with --port or WEFT_PORT`,
      )
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigurationError(`--host ${host} is no address of this machine`)
    default:
      return error
  }
}
