import { type MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

/** How long a browser may keep what it was told of a route, in seconds. */
const maxAge = 600

/**
 * Lets pages of other origins read the API's answers. Which origins those are is decided before (S4): a page of any other one
 * is refused whatever it asks. There are no cookies, so none are allowed for.
 */
export function crossOrigin(): MiddlewareHandler {
  return cors({
    origin: (origin) => origin,
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'Last-Event-ID', 'Prefer'],
    exposeHeaders: [
      'Allow',
      'ETag',
      'Idempotent-Replayed',
      'Location',
      'Preference-Applied',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    maxAge,
  })
}
