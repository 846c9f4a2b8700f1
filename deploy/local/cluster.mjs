import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { builtServer, serverFlags } from '../../scripts/builds.mjs'
import { SetUpError } from '../../scripts/steps.mjs'
import { root } from '../../scripts/workspace.mjs'
import { Part } from './part.mjs'
import { freePort } from './ports.mjs'

/**
 * @typedef {object} Programs
 * @property {string} node
 * @property {string} redis
 * @property {string} balancer
 */

/** How long nothing may answer through the balancer once it runs, in milliseconds. */
const answerLimit = 10_000

/** More than a node's drain window and its wait for a store that takes nothing, in milliseconds. */
const drainLimit = 45_000

/** How long the others may take to end, in milliseconds. */
const endLimit = 10_000

/** Redis, two nodes and a load balancer on one machine. */
export class Cluster {
  /** @type {Part | undefined} */
  #redis
  /**
   * @readonly
   * @type {Part[]}
   */
  #nodes = []
  /** @type {Part | undefined} */
  #balancer
  /** @readonly */
  #folder
  /** @readonly */
  #programs
  /** @readonly */
  #example

  /**
   * @param {string} folder for data, logs and the balancer's files
   * @param {Programs} programs
   * @param {import('./balancers.mjs').Balancer} example
   */
  constructor(folder, programs, example) {
    this.#folder = folder
    this.#programs = programs
    this.#example = example
  }

  /** What was started, in that order. */
  get parts() {
    return [this.#redis, ...this.#nodes, this.#balancer].filter((part) => part !== undefined)
  }

  /**
   * Starts each when what it needs is there.
   *
   * @param {number} wanted the balancer's port; 0 for any that is free
   * @returns {Promise<string>} where people find it
   * @throws {SetUpError} where one does not start; those before it then run
   */
  async start(wanted) {
    for (const name of ['redis', 'balancer']) mkdirSync(join(this.#folder, name), { recursive: true })
    const store = await this.#startRedis()
    const nodes = [await this.#startNode('node 1', store), await this.#startNode('node 2', store)]

    const port = wanted === 0 ? await freePort() : wanted
    const { args, env } = this.#example.prepare({ folder: join(this.#folder, 'balancer'), port, nodes })
    this.#balancer = this.#part('balancer', [this.#programs.balancer, ...args], env)
    const url = `http://127.0.0.1:${port}`
    await this.#balancer.ready(answers(`${url}/readyz`, this.#balancer.ended))
    return url
  }

  /** Resolves when it can serve no longer, with why. */
  async broken() {
    const nodes = Promise.all(this.#nodes.map((node) => node.ended))
    const needed = [this.#redis, this.#balancer].filter((part) => part !== undefined)
    return await Promise.race([
      nodes.then(() => 'no node is left'),
      ...needed.map((part) => part.ended.then(() => `${part.name} is gone`)),
    ])
  }

  /** Stops what runs: no more people come, those who are there are sent away and their edits saved, and then Redis goes. */
  async stop() {
    const { takeNoMore } = this.#example
    if (takeNoMore !== undefined) this.#balancer?.signal(takeNoMore)
    await Promise.all(this.#nodes.map((node) => node.end(drainLimit)))
    await this.#balancer?.end(endLimit)
    await this.#redis?.end(endLimit)
  }

  /** Ends everything where it stands. */
  kill() {
    for (const part of this.parts) part.kill()
  }

  /** @returns {Promise<string>} its URL */
  async #startRedis() {
    const folder = join(this.#folder, 'redis')
    const pidFile = join(folder, 'redis.pid')
    refuseSecond(pidFile)
    const port = await freePort()
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--pidfile', pidFile]
    this.#redis = this.#part('Redis', [this.#programs.redis, join(root, 'deploy/redis/redis.conf'), ...place])
    await this.#redis.ready(this.#redis.says(/Ready to accept connections/))
    return `redis://127.0.0.1:${port}`
  }

  /**
   * @param {string} name
   * @param {string} store
   * @returns {Promise<string>} its host and port
   */
  async #startNode(name, store) {
    const serve = ['serve', '--store', store, '--host', '127.0.0.1', '--port', '0', '--anonymous', 'write']
    const node = this.#part(name, [this.#programs.node, ...serverFlags(), join(root, builtServer), ...serve])
    this.#nodes.push(node)
    return await node.ready(node.says(/"listening".*"url":"http:\/\/([^"/]+)/))
  }

  /**
   * @param {string} name
   * @param {readonly [string, ...string[]]} command
   * @param {NodeJS.ProcessEnv} [env]
   */
  #part(name, command, env = process.env) {
    return new Part(name, command, { log: join(this.#folder, `${name.toLowerCase().replace(' ', '-')}.log`), env })
  }
}

/**
 * Two on one folder would write over each other. Redis removes its file when it ends well.
 *
 * @param {string} pidFile
 */
function refuseSecond(pidFile) {
  const pid = readPid(pidFile)
  if (pid === undefined || !isRunning(pid)) return
  throw new SetUpError(
    `A Redis already runs on this folder (process ${pid}): stop it first, or choose another --folder. ` +
      `Where that process is something else, delete ${pidFile}.`,
  )
}

/** @param {string} file */
function readPid(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'))
    return Number.isInteger(pid) && pid > 0 ? pid : undefined
  } catch {
    return undefined
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // It is someone else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Resolves when a request is answered well.
 *
 * @param {string} url
 * @param {Promise<unknown>} ended resolves when nobody is left to answer
 */
async function answers(url, ended) {
  const gone = new AbortController()
  void ended.then(() => gone.abort())
  const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(answerLimit)])
  while (!signal.aborted) {
    const response = await fetch(url, { signal }).catch(() => undefined)
    if (response?.ok === true) return
    await pause(50)
  }
  throw new SetUpError(`The balancer runs, and ${url} does not answer.`)
}
