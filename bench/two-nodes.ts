/** W7: two nodes around a Redis, Weft's and Hocuspocus's. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { twoNodes } from './peers/workloads/two-nodes.ts'

await runWorkloads('two-nodes.ts', [twoNodes], { rounds: 3, seconds: 5 })
