/**
 * W8: one document over a long life. An editing history is written into it again and again, each time into a text of its own, and
 * after each time the document is measured: what is stored, what the server takes, how long it takes to join. How to read it: README.md.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import * as Y from 'yjs'
import { startServer } from '../test/support/server-process.ts'
import { plainDialect } from './peers/load/dialect.ts'
import { RawClient } from './peers/load/raw-client.ts'
import { pin, serverPrefix } from './peers/pinning.ts'
import { cpuMilliseconds, residentKiB } from './peers/process-usage.ts'
import type { Address } from './peers/system.ts'
import { amount, markdownTable } from './peers/tables.ts'
import { weftPath } from './peers/weft-system.ts'
import { runCommand, UsageError, wholeNumber } from './support/arguments.ts'
import { percentile } from './support/percentiles.ts'
import { generateTrace } from './trace/generate-trace.ts'
import { patchesFor } from './trace/text-edits.ts'
import { countEdits, readTrace, type Trace } from './trace/trace.ts'

const usage = `Usage: node bench/long-life.ts [trace file] [options]
  --times <n>   how often the history is written (10)
  --edits <n>   without a file: how long the generated history is (260000)
  --json        print JSON`

const document = 'long-life'

/** Edits between two looks at whether the socket still takes them. */
const editsPerTurn = 200
const maxWaitingBytes = 256 * 1024

/** For compaction to end, in milliseconds. */
const settling = 2000

const joins = 5

await runCommand(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      times: { type: 'string', default: '10' },
      edits: { type: 'string', default: '260000' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  if (positionals.length > 1) throw new UsageError(usage)
  const [file] = positionals
  const edits = wholeNumber('edits', values.edits, 1)
  const trace = file === undefined ? generateTrace({ kind: 'sequential', edits, seed: 1 }) : await readTrace(file)
  if (trace.kind !== 'sequential') throw new UsageError('this takes a history of one writer')
  const rows = await live(trace, wholeNumber('times', values.times, 1))
  if (values.json) console.log(JSON.stringify(rows))
  else {
    const head = Object.keys(rows[0] ?? {})
    const lines = rows.map((row) => Object.values(row).map(amount))
    console.log(markdownTable(head, lines))
  }
  return true
})

/** What the document is like after a time. */
interface Row {
  readonly time: number
  readonly 'edits/s': number
  readonly 'server CPU per edit, µs': number
  readonly 'resident memory, MiB': number
  readonly 'store, MB': number
  readonly 'state, MB': number
  readonly 'join, ms': number
  readonly 'join per MB, ms': number
}

async function live(trace: Trace, times: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-long-life-'))
  pin(process.pid, 'load')
  try {
    await using server = await startServer({ built: true, under: serverPrefix, store: `sqlite:${folder}` })
    const { hostname, port } = new URL(server.url)
    const address = { host: hostname, port: Number(port), path: weftPath }
    const doc = new Y.Doc()
    const writer = await RawClient.open({ system: address, dialect: plainDialect, document })
    doc.on('update', (update: Uint8Array) => writer.update(update))
    const rows: Row[] = []
    for (let time = 1; time <= times; time++) {
      const cpu = cpuMilliseconds(server.pid)
      const begun = performance.now()
      await write(trace, doc, `text-${time}`, writer)
      // A newcomer is answered behind all that was written before.
      const { bytes } = await joinOnce(address)
      const seconds = (performance.now() - begun) / 1000
      const spent = cpuMilliseconds(server.pid) - cpu
      await setTimeout(settling)
      const joined: number[] = []
      for (let at = 0; at < joins; at++) joined.push((await joinOnce(address)).milliseconds)
      const whole = percentile(joined, 50)
      rows.push({
        time,
        'edits/s': countEdits(trace) / seconds,
        'server CPU per edit, µs': (spent / countEdits(trace)) * 1000,
        'resident memory, MiB': residentKiB(server.pid) / 1024,
        'store, MB': (await sizeOf(folder)) / 1e6,
        'state, MB': bytes / 1e6,
        'join, ms': whole,
        'join per MB, ms': whole / (bytes / 1e6),
      })
    }
    writer.close()
    return rows
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function write(trace: Trace, doc: Y.Doc, field: string, writer: RawClient): Promise<void> {
  const text = doc.getText(field)
  const apply = patchesFor(trace)
  if (trace.startContent !== '') text.insert(0, trace.startContent)
  for (const [index, { patches }] of trace.transactions.entries()) {
    apply(text, patches)
    if (index % editsPerTurn !== 0) continue
    await setImmediate()
    while (writer.waiting > maxWaitingBytes) await setTimeout(1)
  }
  while (writer.waiting > 0) await setTimeout(1)
}

async function joinOnce(system: Address): Promise<{ milliseconds: number; bytes: number }> {
  const begun = performance.now()
  const client = await RawClient.open({ system, dialect: plainDialect, document })
  const milliseconds = performance.now() - begun
  client.close()
  return { milliseconds, bytes: client.bytes }
}

async function sizeOf(folder: string): Promise<number> {
  const files = await readdir(folder)
  const sizes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}
