/** Several nodes around one Redis, measured: all of it in one run, or the workloads that are named. */
import { append } from './nodes/append.ts'
import { compaction } from './nodes/compaction.ts'
import { drain } from './nodes/drain.ts'
import { firstByte } from './nodes/first-byte.ts'
import { idleDocuments } from './nodes/idle-documents.ts'
import { nodeLoss } from './nodes/node-loss.ts'
import { relay } from './nodes/relay.ts'
import { runWorkloads } from './support/run-workloads.ts'

await runWorkloads('node bench/nodes.ts', [append, relay, idleDocuments, firstByte, nodeLoss, compaction, drain])
