/** A process that holds a store until it is killed, and says so on stdout. Its argument: the store's URL. */

import { openStore } from '../src/open-store.ts'

await openStore(process.argv[2] ?? '')
process.stdout.write('held\n')
