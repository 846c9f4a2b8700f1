import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A TCP connection on which a test says every byte itself. */
export class RawSocket {
  readonly socket: Socket
  /** What was heard so far, as Latin-1 text. */
  heard = ''
  /** Resolves when the other side has ended or broken the connection. */
  readonly ended: Promise<void>

  private constructor(port: number) {
    // Half-open stays half-open: what the server does about it is what tests want to know.
    this.socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    this.socket.on('data', (chunk: Buffer) => (this.heard += chunk.toString('latin1')))
    this.socket.on('error', () => {})
    this.ended = new Promise((resolve) => {
      this.socket.once('end', () => resolve())
      this.socket.once('close', () => resolve())
    })
  }

  static async connect(port: number): Promise<RawSocket> {
    const raw = new RawSocket(port)
    await once(raw.socket, 'connect')
    return raw
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes)
  }

  /** The status of the answer that was heard, or 0 where there was none. */
  get status(): number {
    return Number(/^HTTP\/1\.1 (\d{3})/.exec(this.heard)?.[1] ?? 0)
  }
}

/** Sends one request and resolves when the server has ended the connection. */
export async function exchange(port: number, request: string): Promise<RawSocket> {
  const raw = await RawSocket.connect(port)
  raw.write(request)
  await raw.ended
  raw.socket.destroy()
  return raw
}

/** The head of an upgrade request; a header that is undefined is left out. */
export function upgradeRequest(path: string, headers: Readonly<Record<string, string | undefined>> = {}): string {
  const all: Record<string, string | undefined> = {
    Host: '127.0.0.1',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
    'Sec-WebSocket-Version': '13',
    ...headers,
  }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return [`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n')
}
