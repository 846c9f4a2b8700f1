import type { Workload } from '../workload.ts'
import { durableWrites } from './durable-writes.ts'
import { fanOut } from './fan-out.ts'
import { idle } from './idle.ts'
import { largeDocuments } from './large-documents.ts'
import { manyDocuments } from './many-documents.ts'
import { presence } from './presence.ts'
import { twoNodes } from './two-nodes.ts'

/** Everything that Weft is compared in, in the order of the page. */
export const allWorkloads: readonly Workload[] = [
  fanOut,
  manyDocuments,
  presence,
  largeDocuments,
  idle,
  durableWrites,
  twoNodes,
]
