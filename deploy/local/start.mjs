/**
 * Runs Redis, two Weft nodes and a load balancer on this machine, without containers, until Ctrl-C:
 *
 *   node deploy/local/start.mjs [--port 8080] [--folder .weft-nodes] [--balancer nginx|caddy] [--as-built]
 *
 * `--port 0` takes a free one. `--as-built` runs what was built before, and neither installs nor builds.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { builtServer } from '../../scripts/builds.mjs'
import { requirePart, realParts } from '../../scripts/real-parts.mjs'
import { runMain, setUp } from '../../scripts/set-up.mjs'
import { SetUpError } from '../../scripts/steps.mjs'
import { root } from '../../scripts/workspace.mjs'
import { balancers } from './balancers.mjs'
import { Cluster } from './cluster.mjs'
import { isFree } from './ports.mjs'

await runMain(async () => {
  const { port, folder, balancer, asBuilt } = readOptions(process.argv.slice(2))
  // Before anything is built, which takes longer.
  const programs = { redis: requirePart(realParts.redis), balancer: requirePart(realParts[balancer]) }
  if (!(await isFree(port))) throw new SetUpError(`Port ${port} is not free: choose another with --port.`)
  if (asBuilt && !existsSync(join(root, builtServer))) {
    throw new SetUpError('The server is not built: leave --as-built out once.')
  }
  const node = asBuilt ? process.execPath : (await setUp()).node

  const cluster = new Cluster(folder, { node, ...programs }, balancers[balancer])
  const asked = stopSignal(() => cluster.kill())
  process.once('exit', () => cluster.kill())
  try {
    const url = await cluster.start(port)
    for (const part of cluster.parts) {
      console.log(`${part.name.padEnd(9)} process ${String(part.pid)}`)
      void part.ended.then((how) => console.log(`${part.name} ended ${how}`))
    }
    console.log(`\nWeft is ready: ${url}\nEverything it keeps is in ${folder}. Ctrl-C stops it.\n`)
    const why = await Promise.race([asked, cluster.broken()])
    if (why === undefined) {
      console.log('Stopping, the nodes before Redis. Once more ends everything at once.')
      return 0
    }
    console.error(`Stopping, since ${why}.`)
    return 1
  } finally {
    await cluster.stop()
  }
})

/**
 * Resolves when someone asks it to stop.
 *
 * @param {() => void} again what to do where someone asks once more
 * @returns {Promise<undefined>}
 */
function stopSignal(again) {
  return new Promise((resolve) => {
    let asked = false
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
      process.on(signal, () => {
        if (asked) again()
        asked = true
        resolve(undefined)
      })
    }
  })
}

/**
 * @param {string[]} args
 * @returns {{ port: number, balancer: 'nginx' | 'caddy', folder: string, asBuilt: boolean }}
 */
function readOptions(args) {
  const { values } = parseOptions(args)
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw new SetUpError(`--port takes a number from 0 to 65535, not "${values.port}".`)
  }
  const balancer = values.balancer
  if (balancer !== 'nginx' && balancer !== 'caddy') {
    throw new SetUpError(`--balancer takes nginx or caddy, not "${balancer}".`)
  }
  return { port, balancer, folder: resolve(values.folder), asBuilt: values['as-built'] }
}

/** @param {string[]} args */
function parseOptions(args) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '8080' },
        folder: { type: 'string', default: '.weft-nodes' },
        balancer: { type: 'string', default: 'nginx' },
        'as-built': { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw new SetUpError(error instanceof Error ? error.message : String(error))
  }
}
