import { type DocumentState, openDocument, type WeftDocument } from '@weft/client'

/** Somebody who writes with the SDK and remembers what they were shown meanwhile. */
export class SdkWriter implements AsyncDisposable {
  readonly document: WeftDocument
  /** Every status that was shown, repetitions included. */
  readonly shown: DocumentState['status'][] = []

  /** @param url the server's base */
  constructor(url: string, id: string) {
    this.document = openDocument({ url, id })
    this.document.subscribe(() => this.shown.push(this.document.state.status))
  }

  /** Writes at the beginning. Resolves when that is saved. */
  async write(text: string): Promise<void> {
    const { document } = this
    document.doc.getText('t').insert(0, text)
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (document.state.status !== 'live' || document.state.unsaved !== 0) return
        stop()
        resolve()
      }
      const stop = document.subscribe(look)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.document.close()
  }
}
