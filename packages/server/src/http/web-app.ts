import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'

/** Asset names carry a hash of their content, so whoever has one has it for good. */
const forever = 'public, max-age=31536000, immutable'

const notBuilt = `The web app is not built. In a checkout, run
  pnpm --filter @weft/web build
or start with npm start, which does it. The API and /sync/<id> work without it.
`

/**
 * The browser app at `/`, and its pages below `/d/`.
 *
 * @param root folder of the built app
 */
export function webApp(root: string): Hono {
  const app = new Hono()
  const index = join(root, 'index.html')
  app.use('*', async (context, next) => {
    if (!existsSync(index)) return context.text(notBuilt, 503)
    return await next()
  })
  app.use('*', compress())
  const file = serveStatic({ root })
  const page = serveStatic({ root, rewriteRequestPath: () => '/index.html' })
  app.get('/assets/*', cached(forever), file)
  app.get('/', cached('no-cache'), page)
  app.get('/d/*', cached('no-cache'), page)
  app.get('*', cached('no-cache'), file)
  // A person who followed a stale link gets a page that leads on; a program gets the plain answer.
  app.get('*', async (context, next) => {
    const wantsPage = context.req.header('accept')?.includes('text/html') === true
    return wantsPage ? context.html(await readFile(index, 'utf8'), 404) : await next()
  })
  return app
}

/** Says how long an answer may be kept, where there is one. */
function cached(value: string): MiddlewareHandler {
  return async (context, next) => {
    await next()
    if (context.res.ok) context.res.headers.set('Cache-Control', value)
  }
}
