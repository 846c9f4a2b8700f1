/**
 * The real server in a process of its own, as a user starts it. What tests need to know of it they learn from its log
 * lines, and every wait here is for one of its events.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { nodeFlagsOf } from './node-flags.ts'

const sources = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
const built = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))

/** One JSON line of the server's log. */
export type LogLine = Readonly<Record<string, unknown>>

/** How a process ended: one of the two is null. */
export interface ProcessEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What {@link startServer} can be told. */
export interface ServerOptions {
  /**
   * Whether to run the server as `npm start` does, from what was built of it. `npm test` and `npm start` build it; by hand it
   * is `pnpm --filter @weft/server build`. Otherwise the sources run as they are.
   */
  readonly built?: boolean
  /** `dev` unless told otherwise. */
  readonly command?: 'dev' | 'serve'
  /** A store URL. Without one the server gets a fresh SQLite folder, removed when the server is disposed of. */
  readonly store?: string
  /** 0, the default, takes a free port, and a restart takes the same one again. */
  readonly port?: number
  /** More flags, for example `['--anonymous', 'read']`. */
  readonly args?: readonly string[]
  /** More environment. None of the caller's own `WEFT_…` settings reach the server. */
  readonly env?: Readonly<Record<string, string>>
  /** A command to run the server under, for example `['strace', '-f']`. */
  readonly under?: readonly string[]
}

/** A running server; `await using` it, and it is killed and its folder removed at the end of the scope. */
export interface ServerProcess {
  /** For example `http://127.0.0.1:40123`, without a slash at its end. */
  readonly url: string
  /** For example `ws://127.0.0.1:40123`, without a slash at its end. */
  readonly webSocketUrl: string
  /** The store URL that it runs on. */
  readonly store: string
  /** The process id of the server that runs now. */
  readonly pid: number
  /** The log lines of this life and of earlier ones. */
  readonly log: readonly LogLine[]
  /** What the server that runs now has written to standard error. */
  readonly complaints: string
  /** Resolves when the server that runs now has ended. */
  readonly ended: Promise<ProcessEnd>
  /** Resolves with the first log line, past ones of this life included, that has this `event`. */
  logged(event: string): Promise<LogLine>
  /** Sends a signal and resolves when the process has ended. */
  kill(signal?: NodeJS.Signals): Promise<ProcessEnd>
  /** Starts it again on the same store and port, other flags where given. Kill it first. */
  restart(args?: readonly string[]): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the server and resolves when it listens.
 *
 * @throws Error with what the server printed, where it ends before it listens
 */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const folder = options.store === undefined ? await mkdtemp(join(tmpdir(), 'weft-test-')) : undefined
  const store = options.store ?? `sqlite:${folder}`
  const log: LogLine[] = []
  const start = (port: number, args: readonly string[]): Promise<Life> =>
    startLife({ ...options, store, port, args }, log)

  let life = await start(options.port ?? 0, options.args ?? [])
  const url = life.url
  const port = Number(new URL(url).port)

  return {
    url,
    webSocketUrl: url.replace(/^http/, 'ws'),
    store,
    get pid() {
      return life.pid
    },
    log,
    get complaints() {
      return life.complaints()
    },
    get ended() {
      return life.ended
    },
    logged: (event) => life.logged(event),
    kill: (signal = 'SIGKILL') => life.kill(signal),
    async restart(args = options.args ?? []) {
      life = await start(port, args)
    },
    async [Symbol.asyncDispose]() {
      await life.kill('SIGKILL')
      if (folder !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** One process from start to end. */
interface Life {
  readonly url: string
  readonly pid: number
  readonly ended: Promise<ProcessEnd>
  complaints(): string
  logged(event: string): Promise<LogLine>
  kill(signal: NodeJS.Signals): Promise<ProcessEnd>
}

async function startLife(
  options: ServerOptions & { readonly store: string; readonly port: number },
  log: LogLine[],
): Promise<Life> {
  if (options.built === true && !existsSync(built)) {
    throw new Error('the server is not built: run pnpm --filter @weft/server build')
  }
  const [command, ...args] = [
    ...(options.under ?? []),
    process.execPath,
    ...(options.built === true ? [...nodeFlagsOf(built), built] : [sources]),
    options.command ?? 'dev',
    '--port',
    String(options.port),
    '--store',
    options.store,
    ...(options.args ?? []),
  ]
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WEFT_'))
  const child = spawn(command ?? process.execPath, args, {
    env: { ...Object.fromEntries(inherited), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // A test run that is itself killed must not leave servers behind.
  const killWithUs = (): void => void child.kill('SIGKILL')
  process.once('exit', killWithUs)
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => {
      process.off('exit', killWithUs)
      resolve({ code, signal })
    })
    child.once('error', () => resolve({ code: null, signal: null }))
  })
  const output = readOutput(child, log, ended)
  const listening = await output.logged('listening')
  const url = listening['url']
  if (typeof url !== 'string') throw new Error(`the listening line has no url: ${JSON.stringify(listening)}`)
  return {
    url: url.replace(/\/$/, ''),
    pid: child.pid ?? 0,
    ended,
    complaints: () => output.complaints(),
    logged: (event) => output.logged(event),
    kill: (signal) => {
      child.kill(signal)
      return ended
    },
  }
}

function readOutput(
  child: ChildProcess,
  log: LogLine[],
  ended: Promise<ProcessEnd>,
): { complaints(): string; logged(event: string): Promise<LogLine> } {
  const complaints: string[] = []
  const lines: LogLine[] = []
  const printed: string[] = []
  const waiting = new Set<(line: LogLine) => void>()
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (text) => {
      printed.push(text)
      const line = parseLogLine(text)
      if (line === undefined) return
      lines.push(line)
      log.push(line)
      for (const hear of waiting) hear(line)
    })
  }
  child.stderr?.on('data', (chunk: Buffer) => {
    printed.push(chunk.toString())
    complaints.push(chunk.toString())
  })

  return {
    complaints: () => complaints.join(''),
    logged(event) {
      const past = lines.find((line) => line['event'] === event)
      if (past !== undefined) return Promise.resolve(past)
      const heard = Promise.withResolvers<LogLine>()
      const hear = (line: LogLine): void => {
        if (line['event'] !== event) return
        waiting.delete(hear)
        heard.resolve(line)
      }
      waiting.add(hear)
      void ended.then(({ code, signal }) => {
        if (!waiting.delete(hear)) return
        const how = signal === null ? `code ${String(code)}` : `signal ${signal}`
        heard.reject(new Error(`the server ended with ${how} before "${event}". It printed:\n${printed.join('\n')}`))
      })
      return heard.promise
    },
  }
}

function parseLogLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : undefined
  } catch {
    return undefined
  }
}
