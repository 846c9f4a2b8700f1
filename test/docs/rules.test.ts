import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const patterns = [
  'packages/*/test/**/*.test.ts',
  'packages/*/test/**/*.test.tsx',
  'test/**/*.test.ts',
  'packages/persistence/src/contract/*-rules.ts',
]

/** The beginning of a title that cites rules: `R4: …`, or `L1, R2: …`. */
const citation = /['"`]((?:[LRXSE]\d,? ?)+):? /g

/** Which rules each file of tests cites in a title. */
function citations(): Map<string, Set<string>> {
  const files = patterns
    .flatMap((pattern) => globSync(pattern, { cwd: root }))
    .filter((file) => !file.startsWith('test/docs/'))
  return new Map(
    files.map((file) => {
      const titles = [...readFileSync(join(root, file), 'utf8').matchAll(citation)]
      return [file, new Set(titles.flatMap(([, rules = '']) => rules.match(/[LRXSE]\d/g) ?? []))]
    }),
  )
}

interface Rule {
  readonly id: string
  readonly built: boolean
  readonly files: readonly string[]
}

function documented(): Rule[] {
  const text = readFileSync(join(root, 'docs/rules.md'), 'utf8')
  return text
    .split(/^(?=\*\*[LRXSE]\d\*\*)/m)
    .slice(1)
    .map((section) => ({
      id: section.slice(2, 4),
      built: !section.includes('Not yet built'),
      files: [...section.matchAll(/`((?:packages|test)\/[^`]+)`/g)].flatMap(([, file]) => file ?? []),
    }))
}

describe('docs/rules.md', () => {
  const rules = documented()
  const cited = citations()

  it('has every rule once, all of them as built', () => {
    expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
    expect(rules.filter(({ built }) => !built).map(({ id }) => id)).toEqual([])
  })

  it('has every rule that a test cites', () => {
    const known = new Set(rules.map(({ id }) => id))
    const unknown = [...cited].flatMap(([file, ids]) =>
      [...ids].filter((id) => !known.has(id)).map((id) => `${id} in ${file}`),
    )
    expect(unknown).toEqual([])
  })

  it.each(rules)('names the tests of $id, all of them and no others', ({ id, built, files }) => {
    const holding = [...cited].filter(([, ids]) => ids.has(id)).map(([file]) => file)
    if (built) expect(holding).not.toEqual([])
    expect(files.toSorted()).toEqual(holding.toSorted())
  })
})
