/** W6: saved updates a second and saved latency on each of Weft's stores. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { durableWrites } from './peers/workloads/durable-writes.ts'

await runWorkloads('durable-writes.ts', [durableWrites], { rounds: 3, seconds: 4 })
