/** A large document that is read as JSON again and again, and how long other requests wait meanwhile. */
import { setTimeout } from 'node:timers/promises'
import * as Y from 'yjs'
import { openDocument, type WeftDocument } from '@weft/client'
import { startServer } from '../../test/support/server-process.ts'
import { percentile, timeMeasures } from '../support/percentiles.ts'
import type { Workload } from '../support/workload.ts'
import { KeepAlive, type TimedAnswer } from './keep-alive.ts'

const paragraph = 'People write rich documents together, and what is called saved is saved. '.repeat(4)

/** The workload `large-content`. */
export const largeContent: Workload = {
  name: 'large-content',
  summary: 'a large document read as JSON, and what others wait for meanwhile',
  options: {
    'content-kilobytes': { initial: 1_000, help: 'how large its JSON is' },
    'content-seconds': { initial: 10, help: 'how long it is read' },
  },
  run: async (size, placement) => {
    const kilobytes = size('content-kilobytes')
    // It is rendered on a thread of its own, which on one core would take turns with the one that answers.
    await using server = await startServer({ built: true, under: placement.underThreads })
    await write(server.url, kilobytes)
    using reader = new KeepAlive(server.url)
    using other = new KeepAlive(server.url)
    const quiet = await probe(other, size('content-seconds') * 300)
    const reading = new AbortController()
    const reads = readUntil(reader, reading.signal)
    const busy = await probe(other, size('content-seconds') * 1000)
    reading.abort()
    const answers = await reads
    return {
      title: `Reading a document of ${kilobytes} KB as JSON (${placement.text})`,
      measures: [
        { name: 'its JSON', value: (answers[0]?.text.length ?? 0) / 1000, unit: 'KB' },
        ...timeMeasures(
          'reading it',
          answers.map(({ milliseconds }) => milliseconds),
        ),
        ...timeMeasures('another request, alone', quiet),
        ...timeMeasures('another request meanwhile', busy),
        {
          name: 'longest wait that the reading adds',
          value: percentile(busy, 100) - percentile(quiet, 50),
          unit: 'ms',
          goal: { below: 50 },
        },
      ],
    }
  },
}

async function write(url: string, kilobytes: number): Promise<void> {
  const document = openDocument({ url, id: 'large' })
  await document.synced
  const body = document.doc.getXmlFragment('default')
  document.doc.transact(() => {
    for (let written = 0; written < kilobytes * 1000; written += paragraph.length + 90) {
      const element = new Y.XmlElement('paragraph')
      element.insert(0, [new Y.XmlText(paragraph)])
      body.push([element])
    }
  })
  await saved(document)
  await document.close()
}

function saved(document: WeftDocument): Promise<void> {
  const settled = Promise.withResolvers<void>()
  const look = (): void => {
    if (document.state.status === 'live' && document.state.unsaved === 0) settled.resolve()
  }
  const forget = document.subscribe(look)
  look()
  return settled.promise.finally(forget)
}

/** Asks for something small ten times in a tenth of a second. @returns how long each took, in milliseconds */
async function probe(client: KeepAlive, milliseconds: number): Promise<number[]> {
  const end = performance.now() + milliseconds
  const times: number[] = []
  while (performance.now() < end) {
    times.push((await client.get('/api/v1/documents?limit=1')).milliseconds)
    await setTimeout(10)
  }
  return times
}

async function readUntil(client: KeepAlive, signal: AbortSignal): Promise<TimedAnswer[]> {
  const answers: TimedAnswer[] = []
  while (!signal.aborted) answers.push(await client.get('/api/v1/documents/large/content?as=json'))
  return answers
}
