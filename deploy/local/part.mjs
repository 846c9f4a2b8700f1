import { spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { SetUpError } from '../../scripts/steps.mjs'

/** A program that runs beside others until it is told to stop, with all that it prints in a log file. */
export class Part {
  /** @readonly */
  #child
  /** @readonly */
  #log
  #lastLine = ''
  /**
   * @readonly
   * @type {Set<(line: string) => void>}
   */
  #listeners = new Set()

  /**
   * Resolves when it has ended, with how.
   *
   * @type {Promise<string>}
   */
  ended

  /**
   * @param {string} name for people: `node 1`
   * @param {readonly [string, ...string[]]} command
   * @param {{ log: string, env?: NodeJS.ProcessEnv }} options
   */
  constructor(name, [program, ...args], { log, env = process.env }) {
    this.name = name
    this.#log = log
    // In a process group of its own: Ctrl-C goes to the whole group of a terminal, and these are stopped in an order.
    this.#child = spawn(program, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    const file = createWriteStream(log, { flags: 'a' })
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      createInterface({ input: output }).on('line', (line) => {
        file.write(`${line}\n`)
        if (line !== '') this.#lastLine = line
        for (const hear of this.#listeners) hear(line)
      })
    }
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(`before it began: ${basename(program)}: ${error.message}`))
      this.#child.once('close', (code, signal) => {
        file.end()
        resolve(signal === null ? `with code ${String(code)}` : `by ${signal}`)
      })
    })
  }

  get pid() {
    return this.#child.pid
  }

  /**
   * Resolves with the text of the expression's group in the first line from now on that has it.
   *
   * @param {RegExp} expression
   * @returns {Promise<string>}
   */
  says(expression) {
    return new Promise((resolve) => {
      /** @param {string} line */
      const hear = (line) => {
        const match = expression.exec(line)
        if (match === null) return
        this.#listeners.delete(hear)
        const [, text = ''] = match
        resolve(text)
      }
      this.#listeners.add(hear)
    })
  }

  /**
   * Waits for what shows that it is ready.
   *
   * @template T
   * @param {Promise<T>} sign
   * @returns {Promise<T>}
   * @throws {SetUpError} where it ends before
   */
  ready(sign) {
    const ended = this.ended.then((how) => {
      const said = this.#lastLine === '' ? '' : `: ${this.#lastLine}`
      throw new SetUpError(`${this.name} ended ${how}${said} (full log: ${this.#log})`)
    })
    return Promise.race([sign, ended])
  }

  /** @param {NodeJS.Signals} signal */
  signal(signal) {
    this.#child.kill(signal)
  }

  /** Ends it where it stands, and every process that it started: nginx has some. */
  kill() {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // There is none left.
    }
  }

  /**
   * Asks it to end and waits until it has; what does not heed is killed.
   *
   * @param {number} patience milliseconds
   */
  async end(patience) {
    this.signal('SIGTERM')
    const kill = setTimeout(() => this.kill(), patience)
    await this.ended
    clearTimeout(kill)
  }
}
