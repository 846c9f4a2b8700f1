import { expect, test } from 'vitest'
import { mergeMetrics } from '../../src/observability/merge-metrics.ts'
import { Metrics } from '../../src/observability/metrics.ts'
import { noLevels } from '../support/no-levels.ts'

test('what workers count is told apart by a label, each metric described once with all of its values below it', async () => {
  const [one, two] = [new Metrics(() => ({ ...noLevels, connections: 3 }), 1), new Metrics(() => noLevels, 2)]
  one.refused('read-only')
  two.appended('durable', 0.003)
  const lines = mergeMetrics([await one.read(), await two.read()]).split('\n')
  const at = lines.indexOf('# TYPE weft_connections gauge')
  expect(lines.slice(at - 1, at + 4)).toEqual([
    '# HELP weft_connections WebSocket connections',
    '# TYPE weft_connections gauge',
    'weft_connections{worker="1"} 3',
    'weft_connections{worker="2"} 0',
    '',
  ])
  expect(lines).toContain('weft_refusals_total{kind="read-only",worker="1"} 1')
  expect(lines).toContain('weft_append_seconds_bucket{le="0.005",worker="2"} 1')
  const heads = lines.filter((line) => line.startsWith('#'))
  expect(heads.length).toBe(new Set(heads).size)
  const values = lines.filter((line) => line !== '' && !line.startsWith('#'))
  expect(values.filter((line) => !/worker="[12]"/.test(line))).toEqual([])
})

test('of nobody there is nothing to tell', () => {
  expect(mergeMetrics([])).toBe('')
})
