import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const built = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url))

/** How a command ended, and what it printed. */
export interface CommandEnd {
  readonly code: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** A command that runs. */
export interface RunningCommand {
  readonly process: ChildProcess
  readonly ended: Promise<CommandEnd>
}

/**
 * Starts a command of the server that was built, as a user would. None of the caller's own `WEFT_…` settings reach it.
 *
 * @param input what it reads from its standard input; without, that stays open
 */
export function startWeft(args: readonly string[], input?: Uint8Array): RunningCommand {
  if (!existsSync(built)) throw new Error('the server is not built: run pnpm --filter @weft/server build')
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('WEFT_'))
  const child = spawn(process.execPath, [built, ...args], { env: Object.fromEntries(inherited), stdio: 'pipe' })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => stdout.push(piece))
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece))
  // A command that fails may not read what it was given.
  child.stdin.on('error', () => {})
  if (input !== undefined) child.stdin.end(input)
  const ended = new Promise<CommandEnd>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() })
    })
  })
  return { process: child, ended }
}

/** Runs such a command to its end. */
export async function runWeft(args: readonly string[], input: Uint8Array = Buffer.of()): Promise<CommandEnd> {
  return await startWeft(args, input).ended
}
