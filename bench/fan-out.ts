/** W1: one document with few writers and many observers, on Weft and on its peers. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { fanOut } from './peers/workloads/fan-out.ts'

await runWorkloads('fan-out.ts', [fanOut], { rounds: 3, seconds: 3 })
