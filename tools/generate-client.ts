/** Writes what of the typed client follows from the API: `npm run generate`. */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { generatedClient } from './generate/generated-client.ts'

const root = new URL('..', import.meta.url)

for (const [path, text] of await generatedClient()) writeFileSync(fileURLToPath(new URL(path, root)), text)
