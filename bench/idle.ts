/** W5: idle connections and documents, on Weft and on its peers. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { idle } from './peers/workloads/idle.ts'

await runWorkloads('idle.ts', [idle], { rounds: 3, seconds: 2 })
