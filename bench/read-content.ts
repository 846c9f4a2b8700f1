/**
 * How long other requests wait while a large document is read: `/healthz` is asked all the time, alone at first and then beside a
 * reader that asks for the document again and again. What a busy machine does not change is the last line: the CPU time that one
 * reading takes of the thread which answers everyone; nobody waits for longer than that.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openStore } from '@weft/persistence'
import * as Y from 'yjs'
import { startServer } from '../test/support/server-process.ts'
import { runCommand, wholeNumber } from './support/arguments.ts'
import { mainThreadCpuOf } from './support/process-cpu.ts'
import { timeMeasures } from './support/percentiles.ts'
import { printReport } from './support/report.ts'

const usage = `Usage: node bench/read-content.ts [options]
  --bytes <n>    how large the document's state is (1000000)
  --reads <n>    how many times it is read in each format (30)
  --as <format>  json, text, html, markdown or update (json)
  --json         print JSON`

const document = 'bench/large'

await runCommand(async () => {
  const { values } = parseArgs({
    options: {
      bytes: { type: 'string', default: '1000000' },
      reads: { type: 'string', default: '30' },
      as: { type: 'string', default: 'json' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const bytes = wholeNumber('bytes', values.bytes, 1)
  const reads = wholeNumber('reads', values.reads, 1)
  const folder = mkdtempSync(join(tmpdir(), 'weft-content-'))
  try {
    await writeDocument(folder, bytes)
    await using server = await startServer({ built: true, store: `sqlite:${folder}` })
    const path = `${server.url}/api/v1/documents/${encodeURIComponent(document)}/content?as=${values.as}`
    const idle = await answersDuring(server.url, () => new Promise((resolve) => setTimeout(resolve, 2_000)))
    const reading: number[] = []
    const beside = await answersDuring(server.url, async () => {
      for (let read = 0; read < reads; read++) reading.push(await timed(path))
    })
    // Without the many other requests: all that the main thread does is then the reading.
    const before = mainThreadCpuOf(server.pid)
    for (let read = 0; read < reads; read++) await timed(path)
    const after = mainThreadCpuOf(server.pid)
    const title = `Reading a document of ${bytes} bytes as ${values.as}, ${reads} times`
    const measures = [
      ...timeMeasures('reading', reading),
      ...timeMeasures('other requests, alone', idle),
      ...timeMeasures('other requests beside it', beside),
      ...(before === undefined || after === undefined
        ? []
        : [
            {
              name: 'main thread, CPU of one reading',
              value: (after - before) / reads,
              unit: 'ms',
              goal: { below: 50 },
            },
          ]),
    ]
    return printReport({ title, measures }, values.json)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

/** How long a reading takes, in milliseconds. */
async function timed(path: string): Promise<number> {
  const begun = performance.now()
  const response = await fetch(path)
  await response.arrayBuffer()
  if (response.status !== 200) throw new Error(`reading the content answered ${response.status}`)
  return performance.now() - begun
}

/** Rich text as the web app writes it: many paragraphs, some of it bold. */
async function writeDocument(folder: string, bytes: number): Promise<void> {
  const doc = new Y.Doc()
  const fragment = doc.getXmlFragment('default')
  doc.transact(() => {
    for (let written = 0; written < bytes; written += 300) {
      const paragraph = new Y.XmlElement('paragraph')
      fragment.push([paragraph])
      const text = new Y.XmlText()
      paragraph.push([text])
      text.insert(0, 'What people write in a paragraph of a document, again and again. '.repeat(4))
      text.format(5, 6, { bold: {} })
    }
  })
  const store = await openStore(`sqlite:${folder}`)
  await store.catalog.create({ id: document, title: '', createdBy: 'bench', at: Date.now() })
  const { epoch } = (await store.log.load(document)).head
  const entries = [{ update: Y.encodeStateAsUpdate(doc), actor: 'bench', at: Date.now() }]
  await store.log.append(document, { epoch, token: 'bench', entries })
  await store.close()
}

/** How long each of many small requests took, in milliseconds, that were made one after the other meanwhile. */
async function answersDuring(server: string, meanwhile: () => Promise<void>): Promise<number[]> {
  const times: number[] = []
  const over = new AbortController()
  const asking = (async () => {
    while (!over.signal.aborted) {
      const begun = performance.now()
      await (await fetch(`${server}/healthz`)).arrayBuffer()
      times.push(performance.now() - begun)
    }
  })()
  await meanwhile()
  over.abort()
  await asking
  return times
}
