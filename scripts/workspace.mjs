import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** Where the scripts keep what they remember and the full logs of what they ran. Deleting it costs time and nothing else. */
export const cacheFolder = join(root, '.cache')
