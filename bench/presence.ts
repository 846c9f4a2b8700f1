/** W3: carets of everyone in one document, on Weft and on its peers. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { presence } from './peers/workloads/presence.ts'

await runWorkloads('presence.ts', [presence], { rounds: 3, seconds: 4 })
