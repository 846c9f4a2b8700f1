import { Hono } from 'hono'

/** Paths that are Weft's in another's server, beside documents. */
const guestPaths = ['/api', '/api/v1', '/healthz', '/readyz', '/metrics'] as const

/** Whether a request's path is answered by Weft in another's server. */
export function isGuestPath(url: string): boolean {
  const [path = ''] = url.split('?')
  return path.startsWith('/api/v1/') || guestPaths.some((ours) => ours === path)
}

/** An app's own paths as a part of another's: what it asks of all requests is asked of no request that is not its own. */
export function guestApp(app: Hono): Hono {
  const guest = new Hono()
  for (const path of [...guestPaths, '/api/v1/*']) guest.all(path, ({ req, env }) => app.fetch(req.raw, env))
  return guest
}
