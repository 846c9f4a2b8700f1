/**
 * How long a single edit takes until it is saved, on a server that does nothing else: edit, wait for `saved`, next. Beside it what the
 * disk takes alone for the same promise, 4 KiB written and synced in the store's folder, measured between the edits so that both
 * meet the same disk.
 */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startServer } from '../test/support/server-process.ts'
import { runCommand, UsageError, wholeNumber } from './support/arguments.ts'
import { DiskSync } from './support/disk-sync.ts'
import { timeMeasures } from './support/percentiles.ts'
import { printReport } from './support/report.ts'
import { StockClient } from './support/stock-client.ts'

const usage = `Usage: node bench/saved-latency.ts [options]
  --samples <n>             how many edits (3000)
  --store sqlite:<folder>   where the store is; a temporary folder by default
  --json                    print JSON`

/** The first edits open the document, compile code and make files grow: they are made and not counted. */
const warmUp = 200

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      samples: { type: 'string', default: '3000' },
      store: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const samples = wholeNumber('samples', values.samples, 1)
  const given = values.store?.match(/^sqlite:(.+)$/)?.[1]
  if (values.store !== undefined && given === undefined) throw new UsageError('--store takes sqlite:<folder>')
  const folder = given ?? mkdtempSync(join(tmpdir(), 'weft-latency-'))
  try {
    await using server = await startServer({ built: true, store: `sqlite:${folder}` })
    const { saved, disk } = await measure(server.webSocketUrl, folder, samples)
    const measures = [...timeMeasures('edit until saved', saved, 5), ...timeMeasures('4 KiB and fdatasync alone', disk)]
    return printReport({ title: `Saved latency of ${samples} single edits on an idle server`, measures }, values.json)
  } finally {
    if (given === undefined) rmSync(folder, { recursive: true, force: true })
  }
})

async function measure(server: string, folder: string, samples: number): Promise<{ saved: number[]; disk: number[] }> {
  const client = new StockClient({ server, document: `latency/${randomUUID()}` })
  using sync = new DiskSync(folder)
  const saved: number[] = []
  const disk: number[] = []
  try {
    await client.synced()
    const text = client.doc.getText('text')
    for (let sample = -warmUp; sample < samples; sample++) {
      const start = performance.now()
      text.insert(text.length, 'k')
      await client.allSaved()
      const done = performance.now()
      const synced = sync.measure()
      if (sample < 0) continue
      saved.push(done - start)
      disk.push(synced)
    }
    return { saved, disk }
  } finally {
    client.destroy()
  }
}
