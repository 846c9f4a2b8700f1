import { ServerResponse } from 'node:http'
import type { Context } from 'hono'

/** How a body is made of what comes in parts. */
export interface BodyOptions {
  /** What ended it after it had begun. */
  readonly brokeOff: (error: unknown) => void
  /** How many bytes are made before anybody takes them; none by default. */
  readonly ahead?: number
}

/**
 * A body of what comes in parts, each of which is asked for when the one before it was taken. Its first part is there when this
 * resolves, so that what fails at once is still answered as a problem. What fails later ends the connection: an end that looks
 * like one would pass for the whole.
 *
 * @throws what the first part throws
 */
export async function bodyOf(
  context: Context,
  parts: AsyncIterable<Uint8Array>,
  { brokeOff, ahead = 0 }: BodyOptions,
): Promise<ReadableStream<Uint8Array>> {
  const iterator = parts[Symbol.asyncIterator]()
  let next: Promise<IteratorResult<Uint8Array>> | undefined = Promise.resolve(await iterator.next())
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const part = await (next ?? iterator.next())
          next = undefined
          if (part.done === true) controller.close()
          else controller.enqueue(part.value)
        } catch (error) {
          brokeOff(error)
          const response = responseOf(context)
          response?.destroy()
          // Whoever listens to the server is cut off by then, and nothing of the error's text is sent.
          if (response === undefined) controller.error(error)
          else controller.close()
        }
      },
      cancel: async () => void (await iterator.return?.()),
    },
    { highWaterMark: ahead, size: ({ byteLength }) => byteLength },
  )
}

/** Node's response, where a server answers and no test asks the app itself. */
function responseOf({ env }: Context): ServerResponse | undefined {
  const bindings: unknown = env
  if (typeof bindings !== 'object' || bindings === null || !('outgoing' in bindings)) return undefined
  return bindings.outgoing instanceof ServerResponse ? bindings.outgoing : undefined
}
