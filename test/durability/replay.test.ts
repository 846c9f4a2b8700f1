import { expect, onTestFinished, test } from 'vitest'
import { freshClientHolds } from '../../bench/support/verify-text.ts'
import { generateTrace } from '../../bench/trace/generate-trace.ts'
import { replayTrace, textOf } from '../../bench/trace/replay-trace.ts'
import { startServer } from '../support/server-process.ts'

const histories = [
  { kind: 'sequential', seed: 11, edits: 4000 },
  { kind: 'concurrent', seed: 12, edits: 3000 },
  { kind: 'concurrent', seed: 13, edits: 600, astral: true },
] as const

for (const history of histories) {
  const title = `${history.edits} ${history.kind} edits of seed ${history.seed}`
  test(`R1, L1: ${title} end in the same text for all, and after kill -9`, { timeout: 60_000 }, async () => {
    const trace = generateTrace(history)
    const document = `replay/${history.seed}`
    await using server = await startServer()
    const { clients } = await replayTrace(trace, server.webSocketUrl, document)
    onTestFinished(() => {
      for (const client of clients) client.destroy()
    })
    for (const client of clients) expect(textOf(client.doc)).toBe(trace.endContent)
    const fresh = await freshClientHolds('a fresh client', server.webSocketUrl, document, trace.endContent)
    expect(fresh).toMatchObject({ passed: true })

    // A client that came back would bring whatever the store had lost.
    for (const client of clients) client.destroy()
    await server.kill('SIGKILL')
    await server.restart()
    const restarted = await freshClientHolds('a fresh client', server.webSocketUrl, document, trace.endContent)
    expect(restarted).toMatchObject({ passed: true })
  })
}
