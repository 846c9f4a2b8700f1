/** All workloads that compare Weft with its peers, smaller than each alone. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { durableWrites } from './peers/workloads/durable-writes.ts'
import { fanOut } from './peers/workloads/fan-out.ts'
import { idle } from './peers/workloads/idle.ts'
import { largeDocuments } from './peers/workloads/large-documents.ts'
import { manyDocuments } from './peers/workloads/many-documents.ts'
import { presence } from './peers/workloads/presence.ts'

const workloads = [fanOut, manyDocuments, presence, largeDocuments, idle, durableWrites]

await runWorkloads('peers.ts', workloads, { rounds: 1, seconds: 1 })
