/** W2: many documents with a few people each, on Weft and on its peers. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { manyDocuments } from './peers/workloads/many-documents.ts'

await runWorkloads('many-documents.ts', [manyDocuments], { rounds: 3, seconds: 3 })
