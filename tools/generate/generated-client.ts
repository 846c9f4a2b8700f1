import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ApiDocument } from '@weft/server'
import { z } from 'zod'
import { startServer } from '../../test/support/server-process.ts'
import { methodsSource, typesSource } from './client-source.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** The files of the typed client that follow from the server's own document, by path from the root, formatted. */
export async function generatedClient(): Promise<ReadonlyMap<string, string>> {
  await using server = await startServer({ store: 'memory:' })
  const response = await fetch(`${server.url}/api/v1/openapi.json`)
  const document = z.custom<ApiDocument>((value) => typeof value === 'object').parse(await response.json())
  const files = [
    ['packages/client/src/http/types.generated.ts', typesSource(document)],
    ['packages/client/src/http/methods.generated.ts', methodsSource(document)],
  ] as const
  return new Map(files.map(([path, source]) => [path, formatted(path, source)]))
}

function formatted(path: string, source: string): string {
  const { stdout, stderr, status } = spawnSync('node_modules/.bin/oxfmt', ['--stdin-filepath', path], {
    cwd: root,
    input: source,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`oxfmt could not format what was generated: ${stderr}`)
  return stdout
}
