import { expect, it } from 'vitest'
import { visibleParts } from '../../src/http/access.ts'

function partsOf(patterns: readonly string[], prefix = ''): object[] {
  const grants = patterns.map((documents) => ({ documents, role: 'read' as const }))
  const identity = {
    subject: 'ada',
    grants,
    token: undefined,
    withdrawn: () => false,
    withdrawnFrom: () => [],
    expires: undefined,
  }
  return visibleParts(identity, prefix)
}

it.each<[readonly string[], string, object[]]>([
  [[], '', []],
  [['*'], '', [{ prefix: '' }]],
  [['*'], 'a/', [{ prefix: 'a/' }]],
  [['*', 'a/*', 'b', '*x'], '', [{ prefix: '' }]],
  [['a/*', 'a/*', 'a/b/*', 'a/b/c'], '', [{ prefix: 'a/' }]],
  [['a/*', 'b/*'], '', [{ prefix: 'a/' }, { prefix: 'b/' }]],
  [['a/*', 'b/*'], 'b/c', [{ prefix: 'b/c' }]],
  [['a/b'], 'a/', [{ document: 'a/b' }]],
  [['a/b'], 'b/', []],
  [['a/*/x'], '', [{ prefix: 'a/', includes: expect.any(Function) }]],
  [['a/*/x'], 'a/b/', [{ prefix: 'a/b/', includes: expect.any(Function) }]],
  [['a/*/x'], 'b/', []],
])('E3: who may see %j, of what begins with %j, is shown no part twice', (patterns, prefix, parts) => {
  expect(partsOf(patterns, prefix)).toEqual(parts)
})
