import type { NodeRecord } from '@weft/persistence'
import { expect, it } from 'vitest'
import { nodesTable } from '../../src/command-line/list-nodes.ts'

const node: NodeRecord = {
  id: 'eu-1',
  host: 'machine-1',
  pid: 7,
  version: '1.2.3',
  role: 'all',
  since: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  documents: 12,
  connections: 345,
  members: 346,
  store: 'ok',
  formats: { oldest: 1, newest: 1, written: 1 },
}

it('nodes are a table with a line each', () => {
  const other: NodeRecord = {
    ...node,
    id: 'a-longer-name',
    host: 'm',
    role: 'sync',
    documents: 0,
    store: 'lost',
    formats: { oldest: 1, newest: 2, written: 1 },
  }
  expect(nodesTable([other, node]).split('\n')).toEqual([
    'node           host       role  version  up since              documents  connections  store  formats',
    'a-longer-name  m          sync  1.2.3    2026-01-02T03:04:05Z  0          345          lost   reads 1 to 2, writes 1',
    'eu-1           machine-1  all   1.2.3    2026-01-02T03:04:05Z  12         345          ok     reads 1, writes 1',
    '',
  ])
})

it('no nodes are said in words', () => {
  expect(nodesTable([])).toBe('no node is up\n')
})
