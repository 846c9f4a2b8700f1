import { expect, test } from 'vitest'
import { Metrics } from '../../src/observability/metrics.ts'
import { noLevels } from '../support/no-levels.ts'

test('levels are read when they are asked for, and what happened is counted by kind', async () => {
  const levels = {
    connections: 1,
    documents: 2,
    members: 3,
    unsavedBytes: 4,
    documentsFailing: 5,
    membersPaused: 6,
    eventLoopDelay: 0.25,
    loadStage: 1,
  }
  const metrics = new Metrics(() => levels)
  await metrics.read()
  levels.connections = 7
  metrics.refused('read-only')
  metrics.refused('read-only')
  metrics.refused('malformed')
  metrics.upgradeRefused(403)
  metrics.appended('durable', 0.003)
  metrics.appended('durable', 0.003)
  metrics.appended('durable', 20)
  metrics.appended('failed', 9)
  metrics.compacted('done')
  metrics.compacted('failed')
  metrics.incident('log-forked')
  metrics.gap()
  metrics.traffic.took()
  metrics.traffic.took()
  metrics.traffic.flushed(2)
  metrics.traffic.delivered(50)
  metrics.traffic.dropped()
  metrics.traffic.saved(3)
  const lines = (await metrics.read()).split('\n')
  expect(lines).toEqual(
    expect.arrayContaining([
      'weft_connections 7',
      'weft_documents_open 2',
      'weft_members 3',
      'weft_unsaved_bytes 4',
      'weft_documents_failing 5',
      'weft_members_paused 6',
      'weft_event_loop_delay_seconds 0.25',
      'weft_load_stage 1',
      'weft_refusals_total{kind="read-only"} 2',
      'weft_refusals_total{kind="malformed"} 1',
      'weft_upgrades_refused_total{status="403"} 1',
      'weft_appends_total{outcome="durable"} 3',
      'weft_appends_total{outcome="failed"} 1',
      'weft_append_seconds_bucket{le="0.0025"} 0',
      'weft_append_seconds_bucket{le="0.005"} 2',
      'weft_append_seconds_bucket{le="+Inf"} 3',
      'weft_append_seconds_sum 20.006',
      'weft_append_seconds_count 3',
      'weft_compactions_total{outcome="done"} 1',
      'weft_compactions_total{outcome="failed"} 1',
      'weft_incidents_total{kind="log-forked"} 1',
      'weft_incidents_total{kind="log-lost"} 0',
      'weft_relay_gaps_total 1',
      'weft_updates_received_total 2',
      'weft_updates_sent_total 50',
      'weft_flush_updates_bucket{le="1"} 0',
      'weft_flush_updates_bucket{le="2"} 1',
      'weft_queue_drops_total 1',
      'weft_saved_seconds_bucket{le="0.0025"} 0',
      'weft_saved_seconds_bucket{le="0.005"} 1',
    ]),
  )
  expect(lines.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true)
  expect(metrics.contentType).toContain('text/plain')
})

test('two nodes of one process count for themselves', async () => {
  const [a, b] = [new Metrics(() => noLevels), new Metrics(() => noLevels)]
  a.gap()
  expect(await a.read()).toContain('weft_relay_gaps_total 1')
  expect(await b.read()).toContain('weft_relay_gaps_total 0')
})
