/** deploy/local/start.mjs as a person runs it: Redis, two nodes and a load balancer from its example, all real. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('../../deploy/local/start.mjs', import.meta.url))

const hasCaddy = spawnSync(process.env['CADDY'] ?? 'caddy', ['version']).status === 0

/** The load balancers whose examples can be tried here: Caddy where there is one. */
export const balancers: readonly ('nginx' | 'caddy')[] = hasCaddy ? ['nginx', 'caddy'] : ['nginx']
if (!hasCaddy) console.log('There is no Caddy here: its example is not tried.')

/** What {@link LocalCluster.start} can be told. */
export interface ClusterOptions {
  readonly balancer?: 'nginx' | 'caddy'
  /** Environment of the script and its nodes. None of the caller's own `WEFT_…` settings reach them. */
  readonly env?: Readonly<Record<string, string>>
  /** The folder of one that was stopped, to go on with what it kept. Otherwise a fresh one, which goes with the cluster. */
  readonly folder?: string
}

/** A script that runs. Disposed of, it is asked to stop, and its folder is removed. */
export class LocalCluster implements AsyncDisposable {
  readonly folder: string
  /** What the script has printed. */
  readonly printed: string[] = []
  /** Resolves with its exit code when the script has ended. */
  readonly ended: Promise<number | null>
  readonly #script: ChildProcess
  readonly #listeners = new Set<() => void>()

  private constructor(folder: string, script: ChildProcess) {
    this.folder = folder
    this.#script = script
    this.ended = once(script, 'close').then(() => script.exitCode)
    for (const output of [script.stdout, script.stderr]) {
      if (output === null) continue
      createInterface({ input: output }).on('line', (line) => {
        this.printed.push(line)
        for (const look of this.#listeners) look()
      })
    }
  }

  /** Resolves when a node answers through the balancer. */
  static async start({ balancer = 'nginx', env = {}, ...options }: ClusterOptions = {}): Promise<LocalCluster> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'weft-cluster-')))
    const cluster = new LocalCluster(
      folder,
      runScript(['--port', '0', '--folder', folder, '--balancer', balancer], env),
    )
    await cluster.says(/^Weft is ready/)
    return cluster
  }

  /** For example `http://127.0.0.1:40123`. */
  get url(): string {
    return this.#find(/^Weft is ready: (\S+)/)
  }

  get webSocketUrl(): string {
    return this.url.replace(/^http/, 'ws')
  }

  /** The process of a part: `node 1`. */
  pid(part: string): number {
    return Number(this.#find(new RegExp(`^${part} +process (\\d+)`)))
  }

  /** All processes that it started. */
  get pids(): number[] {
    return this.printed.flatMap((line) => / process (\d+)$/.exec(line)?.[1] ?? []).map(Number)
  }

  /** Resolves when it has printed such a line. */
  async says(expression: RegExp): Promise<void> {
    if (this.printed.some((line) => expression.test(line))) return
    const heard = Promise.withResolvers<void>()
    const look = (): void => {
      if (!expression.test(this.printed.at(-1) ?? '')) return
      this.#listeners.delete(look)
      heard.resolve()
    }
    this.#listeners.add(look)
    void this.ended.then((code) =>
      heard.reject(new Error(`the script ended with ${String(code)}. It printed:\n${this.printed.join('\n')}`)),
    )
    await heard.promise
  }

  /** Asks the script to stop. Resolves with its exit code when it has. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    if (this.#script.exitCode === null) this.#script.kill(signal)
    return await this.ended
  }

  /** The texts of the logs whose file's name begins so: `node-1`. All of them, where nothing is asked for. */
  async logs(beginning = ''): Promise<string[]> {
    const files = await readdir(this.folder, { recursive: true })
    const logs = files.filter((file) => file.endsWith('.log') && file.startsWith(beginning))
    return await Promise.all(logs.map((file) => readFile(join(this.folder, file), 'utf8')))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  #find(expression: RegExp): string {
    const found = this.printed.flatMap((line) => expression.exec(line)?.[1] ?? [])
    if (found[0] === undefined) throw new Error(`the script did not say ${expression.source}`)
    return found[0]
  }
}

/** Runs the script where it is expected to end by itself. */
export async function runToEnd(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly printed: string }> {
  const child = runScript(args, env)
  let printed = ''
  child.stdout?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  await once(child, 'close')
  return { code: child.exitCode, printed }
}

function runScript(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WEFT_'))
  const child = spawn(process.execPath, [script, '--as-built', ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  // It stops what it started; killed, it could not.
  const stopWithUs = (): void => void child.kill('SIGTERM')
  process.once('exit', stopWithUs)
  child.once('close', () => process.off('exit', stopWithUs))
  return child
}
