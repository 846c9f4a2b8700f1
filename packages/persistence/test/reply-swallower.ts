import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'

/** A proxy before a Redis that can take a reply away: what was asked is done, and whoever asked loses the connection. */
export interface ReplySwallower extends AsyncDisposable {
  readonly url: string
  /** The next reply after so many more is not passed on, and its connection ends instead. */
  swallowNext(after?: number): void
}

export async function startReplySwallower(port: number): Promise<ReplySwallower> {
  const sockets = new Set<Socket>()
  /** Replies until the one to swallow; undefined for none. */
  let countdown: number | undefined
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    const end = (): void => {
      near.destroy()
      far.destroy()
    }
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    near.on('data', (bytes) => far.write(bytes))
    far.on('data', (bytes) => {
      if (countdown === 0) {
        countdown = undefined
        end()
        return
      }
      if (countdown !== undefined) countdown--
      near.write(bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port was given')
  return {
    url: `redis://127.0.0.1:${address.port}`,
    swallowNext: (after = 0) => {
      countdown = after
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
