/**
 * Replays an editing history on a running server through stock y-websocket clients and checks that every keystroke is there,
 * also after `kill -9`. How it does it: trace/replay-trace.ts; how to read what it prints: README.md.
 */
import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { startServer, type ServerProcess } from '../test/support/server-process.ts'
import { oneOf, runCommand, UsageError, wholeNumber } from './support/arguments.ts'
import { cpuOf } from './support/process-cpu.ts'
import { type Measure, printReport } from './support/report.ts'
import { freshClientHolds, sameText } from './support/verify-text.ts'
import { generateTrace } from './trace/generate-trace.ts'
import { type Replayed, replayTrace, textOf } from './trace/replay-trace.ts'
import { countEdits, readTrace, type Trace } from './trace/trace.ts'

const usage = `Usage: node bench/replay.ts [trace file] [options]
  --generate sequential|concurrent   without a file: which kind to generate (sequential)
  --edits <n>, --seed <n>            how large (100000), and from which seed (1)
  --url ws://<host>:<port>           a server that runs already; else one is started
  --store sqlite:<folder>|memory:    the started server's store; else SQLite in a temporary folder
  --kill                             at the end kill -9 the started server, restart it and look again
  --profile <folder>                 write the started server's CPU profile there
  --json                             print JSON`

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      generate: { type: 'string', default: 'sequential' },
      edits: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      url: { type: 'string' },
      store: { type: 'string' },
      kill: { type: 'boolean', default: false },
      profile: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  if (positionals.length > 1) throw new UsageError(usage)
  if (values.url !== undefined && (values.store !== undefined || values.kill || values.profile !== undefined)) {
    throw new UsageError('--store, --kill and --profile are for a server that this tool starts: leave out --url')
  }
  if (values.kill && (values.store === 'memory:' || values.profile !== undefined)) {
    throw new UsageError('--kill goes with neither --store memory:, which keeps nothing, nor --profile')
  }
  const [file] = positionals
  const seed = wholeNumber('seed', values.seed)
  const generated = {
    kind: oneOf('generate', values.generate, ['sequential', 'concurrent']),
    seed,
    edits: wholeNumber('edits', values.edits, 1),
  }
  const trace = file === undefined ? generateTrace(generated) : await readTrace(file)
  if (values.url !== undefined) {
    const url = values.url.replace(/^http/, 'ws').replace(/\/$/, '')
    return report({ trace, url, own: undefined, kill: false, json: values.json })
  }
  await using server = await startServer({
    built: true,
    ...(values.store === undefined ? {} : { store: values.store }),
    ...(values.profile === undefined ? {} : { env: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` } }),
  })
  const url = server.webSocketUrl
  const passed = await report({ trace, url, own: server, kill: values.kill, json: values.json })
  // Only a server that ends by itself writes its profile.
  if (values.profile !== undefined) await server.kill('SIGTERM')
  return passed
})

interface Run {
  readonly trace: Trace
  readonly url: string
  /** The server, where this tool started it. */
  readonly own: ServerProcess | undefined
  readonly kill: boolean
  readonly json: boolean
}

async function report({ trace, url, own, kill, json }: Run): Promise<boolean> {
  const document = `replay/${randomUUID()}`
  const cpu = cpuClock(own)
  const replayed = await replayTrace(trace, url, document)
  const spent = cpu()
  const checks = replayed.clients.map((client, agent) =>
    sameText(`agent ${agent}`, textOf(client.doc), trace.endContent),
  )
  for (const client of replayed.clients) client.destroy()
  const measures = [...measuresOf(trace, replayed), ...spent]
  const check = async (who: string): Promise<void> => {
    const start = performance.now()
    checks.push(await freshClientHolds(who, url, document, trace.endContent))
    measures.push({ name: who, value: performance.now() - start, unit: 'ms' })
  }
  await check('a fresh client')
  if (kill && own !== undefined) {
    const start = performance.now()
    await own.kill('SIGKILL')
    await own.restart()
    measures.push({ name: 'kill -9 and restart', value: performance.now() - start, unit: 'ms' })
    await check('a fresh client of the restarted server')
  }
  const title = `Replay of a ${trace.kind} trace through ${trace.agents} stock client(s), ${url}`
  return printReport({ title, measures, checks }, json)
}

function measuresOf(trace: Trace, replayed: Replayed): Measure[] {
  const edits = countEdits(trace)
  const rate = { name: 'edits/s until all are saved', value: edits / (replayed.saved / 1000), unit: '/s' }
  return [
    { name: 'edits', value: edits, unit: '' },
    // Agents of a concurrent trace wait for each other, as people do: no goal is set for their rate.
    trace.kind === 'sequential' ? { ...rate, goal: { atLeast: 20_000 } } : rate,
    { name: 'connecting', value: replayed.connecting, unit: 'ms' },
    { name: 'editing', value: replayed.editing, unit: 'ms' },
    { name: 'first edit until all are saved', value: replayed.saved, unit: 'ms' },
    { name: 'then until all clients agree', value: replayed.converging, unit: 'ms' },
  ]
}

/** Measures the CPU time of both sides from here until it is called. */
function cpuClock(own: ServerProcess | undefined): () => Measure[] {
  const client = process.cpuUsage()
  const server = own === undefined ? undefined : cpuOf(own.pid)
  return () => {
    const { user, system } = process.cpuUsage(client)
    const now = own === undefined ? undefined : cpuOf(own.pid)
    const measures: Measure[] = [{ name: 'CPU of the clients', value: (user + system) / 1000, unit: 'ms' }]
    if (server !== undefined && now !== undefined) {
      measures.push({ name: 'CPU of the server, all threads', value: now - server, unit: 'ms' })
    }
    return measures
  }
}
