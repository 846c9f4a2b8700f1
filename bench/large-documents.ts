/** W4: joining large documents, on Weft and on its peers. How to read it: README.md. */
import { runWorkloads } from './peers/command.ts'
import { largeDocuments } from './peers/workloads/large-documents.ts'

await runWorkloads('large-documents.ts', [largeDocuments], { rounds: 3, seconds: 1 })
