import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** What is measured, in the order in which it is shown. */
export const constantNames = [
  'nodeMemory',
  'nodeIdleCpu',
  'connectionMemory',
  'connectionOpenCpu',
  'connectionIdleCpu',
  'documentMemory',
  'documentOpenCpu',
  'documentIdleCpu',
  'updateCpu',
  'appendedKibCpu',
  'frameCpu',
  'frameKibCpu',
  'presenceCpu',
  'relayedCpu',
  'doorCpu',
  'redisNodeCpu',
  'redisDocumentOpenCpu',
  'redisDocumentIdleCpu',
  'redisUpdateCpu',
  'redisRelayedCpu',
  'redisDocumentMemory',
] as const

/** The name of a constant. */
export type ConstantName = (typeof constantNames)[number]

/** What each costs, in its own unit. */
export type Constants = Readonly<Record<ConstantName, number>>

/** Each constant's unit, and what it is. */
export const constantMeanings: Readonly<Record<ConstantName, readonly [unit: string, meaning: string]>> = {
  nodeMemory: ['KiB', 'an empty node: resident memory'],
  nodeIdleCpu: ['µs/s', 'an empty node: heartbeat, load, revocations'],
  connectionMemory: ['KiB', 'a connection, beside the document that it has open'],
  connectionOpenCpu: ['µs', 'opening it, from the TCP connection to the state of the document'],
  connectionIdleCpu: ['µs/s', 'keeping it'],
  documentMemory: ['KiB', 'a small open document, beside its connections'],
  documentOpenCpu: ['µs', 'opening it on a node that does not have it'],
  documentIdleCpu: ['µs/s', 'keeping it open: Redis is asked every 10 s whether something was missed'],
  updateCpu: ['µs', 'an update that comes alone: read, applied, appended, its writer told that it is saved'],
  appendedKibCpu: ['µs', 'each KiB of an update, with the compactions that it leads to on their thread'],
  frameCpu: ['µs', 'writing a flush to one member'],
  frameKibCpu: ['µs', 'each KiB of it'],
  presenceCpu: ['µs', 'telling one member of one new state of presence'],
  relayedCpu: ['µs', "hearing another node's update and applying it"],
  doorCpu: ['µs', 'with `--workers`: giving a connection to a worker'],
  redisNodeCpu: ['µs/s', 'Redis: an idle node'],
  redisDocumentOpenCpu: ['µs', 'Redis: opening a document'],
  redisDocumentIdleCpu: ['µs/s', 'Redis: a document that is open on a node'],
  redisUpdateCpu: ['µs', 'Redis: an append that comes alone, with its sync and its message to the relay'],
  redisRelayedCpu: ['µs', 'Redis: handing that message to one more node'],
  redisDocumentMemory: ['KiB', 'Redis: a document of one edit'],
}

/** Constants as they were measured once. */
export interface Measured {
  readonly machine: string
  readonly constants: Constants
}

const measuredSchema: z.ZodType<Measured> = z.object({
  machine: z.string(),
  constants: z.record(z.enum(constantNames), z.number()),
})

/** Reads what `node bench/cost-model.ts --out <file>` wrote. @throws Error where a constant is missing */
export function readMeasured(file: string | URL): Measured {
  return measuredSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
}
