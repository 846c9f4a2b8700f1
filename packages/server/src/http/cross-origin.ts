import type { MiddlewareHandler } from 'hono'
import { cors } from 'hono/cors'

/** How long a browser may keep what it was told of a route, in seconds. */
const maxAge = 600

const exposeHeaders = [
  'Allow',
  'ETag',
  'Idempotent-Replayed',
  'Location',
  'Preference-Applied',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
]

const exposed = exposeHeaders.join(',')

/**
 * Lets pages of other origins read the API's answers. Which origins those are is decided before (S4): a page of any other one
 * is refused whatever it asks. There are no cookies, so none are allowed for.
 */
export function crossOrigin(): MiddlewareHandler {
  const preflight = cors({
    origin: (origin) => origin,
    allowMethods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'Last-Event-ID', 'Prefer'],
    exposeHeaders,
    maxAge,
  })
  return async (context, next) => {
    if (context.req.method === 'OPTIONS') return preflight(context, next)
    await next()
    // Hono's own would make the answer anew, with a stream for its body: that costs more than most answers do.
    const { headers } = context.res
    const origin = context.req.header('origin')
    if (origin !== undefined && origin !== '') headers.set('Access-Control-Allow-Origin', origin)
    headers.set('Access-Control-Expose-Headers', exposed)
    headers.append('Vary', 'Origin')
  }
}
