import { createServer, type RequestListener, type Server } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'

/** How long a client may take to send the head of a request, in milliseconds. */
const headersTimeout = 10_000

/** An HTTP server that does not listen yet. WebSockets are answered by whoever listens to its upgrades. */
export function createHttpServer(app: Hono): Server {
  return createServer(
    {
      headersTimeout,
      connectionsCheckingInterval: headersTimeout / 2,
      // Some clients offer HTTP/2 with every request; who does not know what is offered answers as if it were not (RFC 9110 §7.8).
      shouldUpgradeCallback: (request) => request.headers.upgrade?.toLowerCase() === 'websocket',
    },
    requestListener(app),
  )
}

/** Has an app answer the requests of an HTTP server. */
export function requestListener(app: Hono): RequestListener {
  const listener = getRequestListener(app.fetch)
  return (request, response) => {
    void listener(request, response)
  }
}
