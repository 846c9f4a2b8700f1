/**
 * Replays a trace on a running server, one stock client per agent.
 *
 * How a stock client edits from its own point in history: its provider would apply everything the server broadcasts at once, so
 * the frames that it hears wait in an inbox below the provider (see held-inbox.ts) and are handed on when the trace says that
 * its agent has seen them. The replica that is edited is the provider's own, nothing reaches it but through the server, and all
 * bytes are read and written by stock code; only the time at which a frame arrives is ours, as on a slow link.
 *
 * The server may put several transactions of the other agent into one frame. So where an agent once stands between two
 * transactions of the other, the second is not made before the first has come through the server to the first agent's inbox.
 */
import { setImmediate } from 'node:timers/promises'
import { uint32 } from 'lib0/random'
import * as Y from 'yjs'
import { StockClient } from '../support/stock-client.ts'
import { planConcurrent } from './concurrent-history.ts'
import { HeldInbox } from './held-inbox.ts'
import { patchesFor, replayField } from './text-edits.ts'
import type { Trace } from './trace.ts'
import { trailOf } from './trail.ts'

/** Past it the driver waits for its socket: it must not measure how much memory a queue takes. */
const maxBufferedBytes = 1024 * 1024

/** So many edits are made before frames get a chance to leave and to be heard. */
const editsPerTurn = 200

/** A replay that has made every edit. Times are milliseconds. */
export interface Replayed {
  readonly clients: readonly StockClient[]
  /** Until all clients were connected and in sync. */
  readonly connecting: number
  /** From the first edit until the last was made and handed to its socket. */
  readonly editing: number
  /** From the first edit until all of them were saved. */
  readonly saved: number
  /** From then until every client had shown everything to its replica. */
  readonly converging: number
}

/**
 * Makes all edits of a trace in a document and waits until all are saved and every client holds the end text, or another
 * one for half a minute.
 *
 * @param server WebSocket address of the server, without a slash at its end
 */
export async function replayTrace(trace: Trace, server: string, document: string): Promise<Replayed> {
  const start = performance.now()
  const clients = clientIds(trace.agents).map((clientId) => new StockClient({ server, document, clientId }))
  await Promise.all(clients.map((client) => client.synced()))
  const connected = performance.now()
  const inboxes = trace.agents === 1 ? [] : clients.map((client) => new HeldInbox(client))
  await (trace.kind === 'sequential' ? replaySequential(trace, clients) : replayConcurrent(trace, clients, inboxes))
  const edited = performance.now()
  await Promise.all(clients.map((client) => client.allSaved()))
  const saved = performance.now()
  for (const inbox of inboxes) inbox.release()
  // A client that never gets there is told apart afterwards, by its text.
  await Promise.allSettled(
    clients.map((client) => client.until('for all edits to arrive', () => textOf(client.doc) === trace.endContent)),
  )
  return {
    clients,
    connecting: connected - start,
    editing: edited - connected,
    saved: saved - connected,
    converging: performance.now() - saved,
  }
}

/** The text that a document holds. */
export function textOf(doc: Y.Doc): string {
  return doc.getText(replayField).toJSON()
}

/**
 * Random client ids in the order of the agents. Where two agents did insert at one place at once (the public two-writer trace
 * has such a place, after character 3,798) Yjs puts the lower client id first, and the trace's end text the earlier agent.
 */
function clientIds(agents: number): number[] {
  return Array.from({ length: agents }, () => uint32()).toSorted((a, b) => a - b)
}

async function replaySequential(trace: Trace, clients: readonly StockClient[]): Promise<void> {
  const [client] = clients
  if (client === undefined) return
  const text = client.doc.getText(replayField)
  const apply = patchesFor(trace)
  if (trace.startContent !== '') text.insert(0, trace.startContent)
  for (const [index, { patches }] of trace.transactions.entries()) {
    apply(text, patches)
    if (index % editsPerTurn === 0) await letFramesFlow(clients)
  }
}

async function replayConcurrent(
  trace: Trace,
  clients: readonly StockClient[],
  inboxes: readonly HeldInbox[],
): Promise<void> {
  const steps = planConcurrent(trace)
  const apply = patchesFor(trace)
  const clocks: number[] = []
  const lastOf: (number | undefined)[] = []
  for (const [index, { patches }] of trace.transactions.entries()) {
    const step = steps[index]
    const client = clients[step?.agent ?? 0]
    if (step === undefined || client === undefined) throw new RangeError(`transaction ${index} has no agent`)
    const other = 1 - step.agent
    const before = lastOf[step.agent]
    // The other agent will stand at this agent's transaction before: it has to come through first.
    if (before !== undefined && steps[before]?.heardAlone === true) await inboxes[other]?.mark(before)
    if (step.hears !== undefined) {
      await inboxes[step.agent]?.mark(step.hears)
      inboxes[step.agent]?.show(step.hears)
      assertStandsAt(client, clients[other], clocks[step.hears], index)
    }
    const trail = trailOf(client.doc, () => apply(client.doc.getText(replayField), patches))
    clocks.push(trail.clock)
    inboxes[other]?.expect(trail)
    lastOf[step.agent] = index
    if (index % editsPerTurn === 0) await letFramesFlow(clients)
  }
}

/** The trace asks for exactly what was heard: this holds unless the replay itself or the server is wrong. */
function assertStandsAt(
  client: StockClient,
  other: StockClient | undefined,
  clock: number | undefined,
  index: number,
): void {
  const at = Y.getState(client.doc.store, other?.doc.clientID ?? 0)
  if (at !== clock) throw new Error(`before transaction ${index} its agent had heard ${at} of ${clock} changes`)
}

async function letFramesFlow(clients: readonly StockClient[]): Promise<void> {
  do {
    await setImmediate()
  } while (clients.some((client) => client.bufferedAmount > maxBufferedBytes))
}
