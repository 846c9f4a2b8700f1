/** All workloads that compare Weft with its peers, smaller than each alone. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { allWorkloads } from './peers/workloads/all.ts'

await runWorkloads('peers.ts', allWorkloads, { rounds: 1, seconds: 1 })
