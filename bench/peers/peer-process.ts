import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { serverPrefix } from './pinning.ts'
import type { RunningSystem } from './system.ts'

/** How a peer's server is started. */
export interface PeerCommand {
  /** The script, and where it runs. */
  readonly script: string
  readonly folder: string
  /** Its environment, given a folder of its own and a free port for servers that want to be told one. */
  readonly env: (store: string, port: number) => Readonly<Record<string, string>>
  /** A line that it prints once it listens, which may name the port. */
  readonly listening: RegExp
  readonly path: (document: string) => string
}

/** Starts a peer's server in a process and with a folder of its own. */
export async function startPeer(command: PeerCommand): Promise<RunningSystem> {
  const store = await mkdtemp(join(tmpdir(), 'weft-peer-'))
  let life = await start(command, store, await freePort())
  return {
    host: '127.0.0.1',
    get port() {
      return life.port
    },
    get pid() {
      return life.child.pid ?? 0
    },
    helpers: [],
    path: command.path,
    async restart() {
      await end(life.child)
      life = await start(command, store, life.port)
    },
    async [Symbol.asyncDispose]() {
      await end(life.child)
      await rm(store, { recursive: true, force: true })
    },
  }
}

interface Life {
  readonly child: ChildProcess
  readonly port: number
}

async function start(command: PeerCommand, store: string, port: number): Promise<Life> {
  const [program, ...args] = [...serverPrefix, process.execPath, command.script]
  const child = spawn(program, args, {
    cwd: command.folder,
    env: { ...process.env, ...command.env(store, port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const killWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  child.once('close', () => process.off('exit', killWithUs))
  for await (const line of createInterface({ input: child.stdout })) {
    const found = command.listening.exec(line)
    if (found === null) continue
    child.stdout.resume()
    return { child, port: found[1] === undefined ? port : Number(found[1]) }
  }
  throw new Error(`${command.script} ended before it listened`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}
