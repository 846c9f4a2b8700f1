import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'

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
  app.get('/assets/*', serveStatic({ root, onFound: (_path, context) => context.header('Cache-Control', forever) }))
  const page = serveStatic({
    root,
    rewriteRequestPath: () => '/index.html',
    onFound: (_path, context) => context.header('Cache-Control', 'no-cache'),
  })
  app.get('/', page)
  app.get('/d/*', page)
  app.get('*', serveStatic({ root, onFound: (_path, context) => context.header('Cache-Control', 'no-cache') }))
  // A person who followed a stale link gets a page that leads on; a program gets the plain answer.
  app.get('*', async (context, next) => {
    const wantsPage = context.req.header('accept')?.includes('text/html') === true
    return wantsPage ? context.html(await readFile(index, 'utf8'), 404) : await next()
  })
  return app
}
