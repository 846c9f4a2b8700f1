import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { assert, integer, property, record, constantFrom, boolean } from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import * as Y from 'yjs'
import { planConcurrent } from '../../bench/trace/concurrent-history.ts'
import { generateTrace } from '../../bench/trace/generate-trace.ts'
import { codeUnitOffset, patchesFor, replayField } from '../../bench/trace/text-edits.ts'
import { parseTrace, readTrace, type Trace } from '../../bench/trace/trace.ts'

const options = record({
  kind: constantFrom('sequential', 'concurrent'),
  seed: integer({ min: 1, max: 0x7fffffff }),
  edits: integer({ min: 1, max: 400 }),
  astral: boolean(),
})

test('a generated trace, merged exactly as its parents say, ends in the text that it computed', () => {
  assert(
    property(options, (chosen) => {
      const trace = generateTrace(chosen)
      expect(merge(trace)).toBe(trace.endContent)
    }),
    { numRuns: 40 },
  )
})

test('the same seed gives the same trace, and another seed another', () => {
  const trace = generateTrace({ kind: 'concurrent', seed: 5, edits: 300 })
  expect(generateTrace({ kind: 'concurrent', seed: 5, edits: 300 })).toEqual(trace)
  expect(generateTrace({ kind: 'concurrent', seed: 6, edits: 300 })).not.toEqual(trace)
})

test('a generated concurrent trace has agents that write at once and hear each other late', () => {
  const steps = planConcurrent(generateTrace({ kind: 'concurrent', seed: 7, edits: 1000 }))
  expect(new Set(steps.map(({ agent }) => agent))).toEqual(new Set([0, 1]))
  expect(steps.filter(({ hears }) => hears !== undefined).length).toBeGreaterThan(50)
  expect(steps.some(({ hears }, index) => hears !== undefined && hears < index - 5)).toBe(true)
})

test('positions in code points become positions in UTF-16', () => {
  expect(codeUnitOffset('a😀b', 0)).toBe(0)
  expect(codeUnitOffset('a😀b', 2)).toBe(3)
  expect(codeUnitOffset('a😀b', 9)).toBe(4)
  const text = new Y.Doc().getText(replayField)
  const trace = parseTrace({ startContent: '😀😀', endContent: '😀xb', txns: [{ patches: [[1, 1, 'xb']] }] })
  text.insert(0, trace.startContent)
  patchesFor(trace)(text, [[1, 1, 'xb']])
  expect(text.toJSON()).toBe(trace.endContent)
})

test('a trace file is read, gzipped or plain', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-trace-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const json = JSON.stringify({
    kind: 'concurrent',
    endContent: 'ab',
    numAgents: 2,
    txns: [
      { parents: [], agent: 0, patches: [[0, 0, 'a']] },
      { parents: [0], agent: 1, patches: [[1, 0, 'b']] },
    ],
  })
  await writeFile(join(folder, 'plain.json'), json)
  await writeFile(join(folder, 'packed.json.gz'), gzipSync(json))
  const plain = await readTrace(join(folder, 'plain.json'))
  expect(plain).toMatchObject({ kind: 'concurrent', agents: 2, startContent: '', endContent: 'ab' })
  expect(await readTrace(join(folder, 'packed.json.gz'))).toEqual(plain)
  await writeFile(join(folder, 'broken.json'), '{')
  await expect(readTrace(join(folder, 'broken.json'))).rejects.toThrow('neither JSON nor gzipped JSON')
})

test('what is no trace is refused with what is wrong and where', () => {
  const fine = { patches: [[0, 0, 'a']] }
  expect(() => parseTrace([])).toThrow('an object with "txns"')
  expect(() => parseTrace({ endContent: '', txns: [fine, {}] })).toThrow('transaction 1 has no "patches"')
  expect(() => parseTrace({ endContent: '', txns: [{ patches: [[-1, 0, 'a']] }] })).toThrow('transaction 0 has a patch')
  const concurrent = (transaction: object): unknown => ({
    kind: 'concurrent',
    numAgents: 2,
    endContent: '',
    txns: [transaction],
  })
  expect(() => parseTrace(concurrent({ ...fine, agent: 2, parents: [] }))).toThrow('an "agent" that is none of 2')
  expect(() => parseTrace(concurrent({ ...fine, agent: 0, parents: [0] }))).toThrow('a parent that is no earlier')
})

test('a history that two replicas cannot follow exactly is refused', () => {
  const transaction = (agent: number, parents: number[]): object => ({ agent, parents, patches: [[0, 0, 'a']] })
  const trace = (agents: number, txns: object[]): Trace =>
    parseTrace({ kind: 'concurrent', numAgents: agents, endContent: '', txns })
  expect(() => planConcurrent(trace(3, []))).toThrow('at most 2')
  expect(() => planConcurrent(trace(2, [transaction(0, []), transaction(0, [])]))).toThrow(
    'transaction 1 does not follow',
  )
})

/** One replica per agent, and updates handed over in memory: what the replay does through a server. */
function merge(trace: Trace): string {
  const steps = planConcurrent(trace)
  const apply = patchesFor(trace)
  const replicas = Array.from({ length: trace.agents }, (_, agent) => {
    const doc = new Y.Doc()
    doc.clientID = agent + 1
    return doc
  })
  const updates: Uint8Array[] = []
  const shown = replicas.map(() => 0)
  for (const [index, { agent, patches }] of trace.transactions.entries()) {
    const doc = replicas[agent]
    const until = steps[index]?.hears
    if (doc === undefined) throw new RangeError(`no agent ${agent}`)
    if (until !== undefined) {
      for (const update of updates.slice(shown[agent], until + 1)) Y.applyUpdate(doc, update)
      shown[agent] = until + 1
    }
    const text = doc.getText(replayField)
    if (index === 0 && trace.startContent !== '') text.insert(0, trace.startContent)
    const before = Y.encodeStateVector(doc)
    apply(text, patches)
    // Deletions are in every difference, so what is handed over holds more than this transaction, but nothing unseen.
    updates.push(Y.encodeStateAsUpdate(doc, before))
  }
  const all = new Y.Doc()
  for (const doc of replicas) Y.applyUpdate(all, Y.encodeStateAsUpdate(doc))
  return all.getText(replayField).toJSON()
}
