/** An event of a stream. */
export interface ReceivedEvent {
  readonly id: string
  /** Undefined of one that only says a place. */
  readonly data: unknown
}

/** Reads server-sent events as they come. */
export class EventStream implements AsyncDisposable {
  /** Everything received so far, as it was. */
  text = ''
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  #rest = ''
  readonly #events: ReceivedEvent[] = []

  constructor(response: Response) {
    if (response.body === null) throw new Error('the answer has no body')
    this.#reader = response.body.getReader()
  }

  /** The next event with data; undefined at the end of the stream. Places without a change are passed over. */
  async next(): Promise<ReceivedEvent | undefined> {
    for (;;) {
      const event = this.#events.shift()
      if (event?.data !== undefined) return event
      if (event === undefined && !(await this.#receive())) return undefined
    }
  }

  /** The next event, whether with data or not. */
  async nextPlace(): Promise<string | undefined> {
    while (this.#events.length === 0) if (!(await this.#receive())) return undefined
    return this.#events.shift()?.id
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel()
  }

  async #receive(): Promise<boolean> {
    const { done, value } = await this.#reader.read()
    if (done) return false
    const text = Buffer.from(value).toString()
    this.text += text
    const parts = (this.#rest + text).split('\n\n')
    this.#rest = parts.pop() ?? ''
    this.#events.push(...parts.flatMap(eventIn))
    return true
  }
}

function eventIn(text: string): ReceivedEvent[] {
  const fields = new Map(
    text.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  )
  const [id, data] = [fields.get('id'), fields.get('data')]
  return id === undefined ? [] : [{ id, data: data === undefined ? undefined : JSON.parse(data) }]
}
