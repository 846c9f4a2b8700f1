/** A product's own HTTP server with Weft in it: its own pages, its own sessions, one process. `node examples/embedded-server.ts` */
import { createServer } from 'node:http'
import { type Authorized, createWeft } from '@weft/server'

/** Who is signed in. A product looks them up in its own sessions. */
const sessions = new Map<string, Authorized>([
  ['session-of-ada', { subject: 'ada', access: [{ documents: 'team-a/*', role: 'write' }] }],
  ['session-of-grace', { subject: 'grace', access: [{ documents: 'team-a/*', role: 'read' }] }],
])

const weft = await createWeft({
  store: process.env['STORE'] ?? 'memory:',
  authorize: (token) => sessions.get(token ?? ''),
})

const server = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end('<h1>The product’s own page</h1>')
})
weft.attach(server)
await weft.ready

server.listen(Number(process.env['PORT'] ?? 8080), '127.0.0.1', () => {
  const address = server.address()
  if (typeof address === 'object') console.log(`http://127.0.0.1:${address?.port}`)
})

process.once('SIGTERM', () => {
  void weft.stop().then(() => server.close())
})
