import { type DocumentState, openDocument, type WeftDocument } from '@weft/client'
import type { NodeChoice } from '../../test/support/node-choice.ts'

/** Clients that are opened at the same time. */
const openingAtOnce = 25

/** Somebody with the SDK. */
export class CrowdMember {
  readonly document: WeftDocument
  /** How often they were shown a refusal. */
  refusals = 0
  /** When they were last shown that they are live, and that they are not. */
  liveSince: number = Number.NaN
  lostAt: number = Number.NaN
  #status: DocumentState['status'] = 'connecting'

  constructor(choice: NodeChoice, id: string) {
    // The address is only a place holder: the choice decides where an attempt goes.
    this.document = openDocument({ url: 'http://127.0.0.1:1', id, WebSocket: choice.WebSocket })
    this.document.subscribe(() => this.#look())
  }

  get live(): boolean {
    return this.document.state.status === 'live'
  }

  get unsaved(): number {
    return this.document.state.unsaved
  }

  #look(): void {
    const { status } = this.document.state
    if (status === this.#status) return
    const now = performance.now()
    if (status === 'live') this.liveSince = now
    else if (this.#status === 'live') this.lostAt = now
    if (status === 'refused') this.refusals++
    this.#status = status
  }
}

/**
 * Opens documents with so many clients.
 *
 * @param documents how many documents they share
 */
export async function openCrowd(
  choice: NodeChoice,
  clients: number,
  documents: number,
  prefix: string,
): Promise<CrowdMember[]> {
  // y-websocket listens for the end of the process, once for each provider.
  process.setMaxListeners(0)
  const members: CrowdMember[] = []
  const openInTurn = async (): Promise<void> => {
    while (members.length < clients) {
      const member = new CrowdMember(choice, `${prefix}/${members.length % documents}`)
      members.push(member)
      await member.document.synced
    }
  }
  await Promise.all(Array.from({ length: openingAtOnce }, openInTurn))
  return members
}

/** Lets everybody leave. */
export async function closeCrowd(members: readonly CrowdMember[]): Promise<void> {
  await Promise.all(members.map((member) => member.document.close()))
}

/** Looks every few milliseconds until a condition holds. @throws Error after so many milliseconds */
export async function lookUntil(what: string, patience: number, condition: () => boolean): Promise<void> {
  const end = performance.now() + patience
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${patience / 1000} s ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
