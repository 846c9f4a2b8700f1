/**
 * Editing histories as the public collection josephg/editing-traces writes them: gzipped or plain JSON.
 *
 * A sequential trace is what one writer did. A concurrent one is a graph: each transaction was made on the document as it was
 * after its parents, and an agent sees what others did only when the parents say so.
 */
import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'

/** Deletes `deleted` code points at `position`, then inserts `inserted` there. Positions count Unicode code points. */
export type Patch = readonly [position: number, deleted: number, inserted: string]

/** What one agent did at once. */
export interface TraceTransaction {
  readonly agent: number
  /** Indexes of the earlier transactions on whose merge the patches were made. */
  readonly parents: readonly number[]
  readonly patches: readonly Patch[]
}

/** A history: a sequential one has a single agent, each of whose transactions follows the one before. */
export interface Trace {
  readonly kind: 'sequential' | 'concurrent'
  readonly agents: number
  readonly startContent: string
  readonly endContent: string
  readonly transactions: readonly TraceTransaction[]
}

/** What was read is no trace. The text says what is wrong and where. */
export class TraceFormatError extends Error {
  override readonly name = 'TraceFormatError'
}

/**
 * Reads a trace file.
 *
 * @throws TraceFormatError where the file is no trace, or a system error where it cannot be read
 */
export async function readTrace(path: string): Promise<Trace> {
  const bytes = await readFile(path)
  const gzipped = bytes[0] === 0x1f && bytes[1] === 0x8b
  let json: unknown
  try {
    json = JSON.parse((gzipped ? gunzipSync(bytes) : bytes).toString('utf8'))
  } catch (cause) {
    throw new TraceFormatError(`${path} is neither JSON nor gzipped JSON`, { cause })
  }
  return parseTrace(json)
}

/** Makes a trace of parsed JSON. @throws TraceFormatError */
export function parseTrace(json: unknown): Trace {
  if (!isRecord(json) || !Array.isArray(json['txns']) || typeof json['endContent'] !== 'string') {
    throw new TraceFormatError('a trace is an object with "txns" and "endContent"')
  }
  const concurrent = json['kind'] === 'concurrent'
  const agents = concurrent ? json['numAgents'] : 1
  if (typeof agents !== 'number' || !Number.isInteger(agents) || agents < 1) {
    throw new TraceFormatError('a concurrent trace says in "numAgents" how many wrote')
  }
  const start = json['startContent'] ?? ''
  if (typeof start !== 'string') throw new TraceFormatError('"startContent" is not a text')
  return {
    kind: concurrent ? 'concurrent' : 'sequential',
    agents,
    startContent: start,
    endContent: json['endContent'],
    transactions: json['txns'].map((item: unknown, index) => parseTransaction(item, index, concurrent, agents)),
  }
}

/** How many patches a trace has: what is counted as its edits. */
export function countEdits(trace: Trace): number {
  return trace.transactions.reduce((sum, { patches }) => sum + patches.length, 0)
}

function parseTransaction(item: unknown, index: number, concurrent: boolean, agents: number): TraceTransaction {
  if (!isRecord(item) || !Array.isArray(item['patches'])) throw wrong(index, 'has no "patches"')
  const patches = item['patches'].map((patch: unknown) => parsePatch(patch, index))
  if (!concurrent) return { agent: 0, parents: index === 0 ? [] : [index - 1], patches }
  const { agent, parents } = item
  if (!isIndex(agent) || agent >= agents) throw wrong(index, `has an "agent" that is none of ${agents}`)
  if (!Array.isArray(parents)) throw wrong(index, 'has no "parents"')
  const earlier: number[] = []
  for (const parent of parents) {
    if (!isIndex(parent) || parent >= index) throw wrong(index, 'has a parent that is no earlier transaction')
    earlier.push(parent)
  }
  return { agent, parents: earlier, patches }
}

function parsePatch(patch: unknown, index: number): Patch {
  if (Array.isArray(patch)) {
    const fields: readonly unknown[] = patch
    const [position, deleted, inserted] = fields
    if (isIndex(position) && isIndex(deleted) && typeof inserted === 'string') return [position, deleted, inserted]
  }
  throw wrong(index, 'has a patch that is not [position, deleted, inserted]')
}

function wrong(index: number, what: string): TraceFormatError {
  return new TraceFormatError(`transaction ${index} ${what}`)
}

function isIndex(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
