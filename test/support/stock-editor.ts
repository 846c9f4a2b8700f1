import type { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

/** Somebody with a stock client, as an application that knows nothing of Weft would make it. */
export class StockEditor implements Disposable {
  readonly doc: Y.Doc = new Y.Doc()
  readonly provider: WebsocketProvider

  /**
   * @param Provider the version's class
   * @param server the server's WebSocket address without a slash at its end
   */
  constructor(Provider: typeof WebsocketProvider, server: string, document: string) {
    // Tabs of one browser talk past the server; these are meant to be on different machines.
    this.provider = new Provider(`${server}/sync`, document, this.doc, { disableBc: true })
  }

  get text(): Y.Text {
    return this.doc.getText('t')
  }

  /** Resolves when it is told that it has everything. */
  async synced(): Promise<void> {
    if (this.provider.synced) return
    await new Promise<void>((resolve) => this.provider.once('sync', () => resolve()))
  }

  /** Resolves when the text is this. */
  async reads(text: string): Promise<void> {
    await this.#until(() => this.text.toString() === text)
  }

  /** Resolves when the text has so many characters. */
  async holds(characters: number): Promise<void> {
    await this.#until(() => this.text.length === characters)
  }

  /** Resolves when these names, and no others, are shown to be here, oneself included. */
  async sees(...names: string[]): Promise<void> {
    const states = this.provider.awareness.getStates()
    await this.#until(() => {
      const shown = new Set(Array.from(states.values(), (state) => String(state['name'])))
      return shown.size === names.length && names.every((name) => shown.has(name))
    })
  }

  /** Resolves when the connection is over, with how. */
  async disconnected(): Promise<{ code: number; reason: string }> {
    return await new Promise((resolve) => {
      this.provider.once('connection-close', (event) => {
        resolve({ code: event?.code ?? 0, reason: event?.reason ?? '' })
      })
    })
  }

  [Symbol.dispose](): void {
    this.provider.destroy()
    this.doc.destroy()
  }

  /** Resolves when a condition holds; it is looked at again whenever text or presence have changed. */
  async #until(condition: () => boolean): Promise<void> {
    if (condition()) return
    const { doc } = this
    const { awareness } = this.provider
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (!condition()) return
        doc.off('update', look)
        awareness.off('change', look)
        resolve()
      }
      doc.on('update', look)
      awareness.on('change', look)
    })
  }
}
