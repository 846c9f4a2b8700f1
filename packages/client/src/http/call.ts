import { errorOf, WeftHttpError } from './weft-http-error.ts'

/** What goes with any request. */
export interface CallOptions {
  /** Gives the request up. */
  readonly signal?: AbortSignal | undefined
  /** More headers, such as `Idempotency-Key` or `If-Match`. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Is shown the answer before it is read, for its headers; of an answer that is no success, too. */
  readonly onResponse?: ((response: Response) => void) | undefined
}

/** A body that is no JSON. */
export interface RawBody<Type extends string> {
  /** The media type that it is sent as. */
  readonly type: Type
  /** A stream cannot be sent again, so its request is not repeated with a fresh token. */
  readonly data: string | Uint8Array<ArrayBuffer> | Blob | ReadableStream<Uint8Array>
}

/** One request, as the generated methods have it. */
export interface CallParts {
  readonly method: string
  /** With its parameters in braces. */
  readonly path: string
  /** Those that the path does not name go into the query. */
  readonly parameters?: object | undefined
  readonly json?: unknown
  readonly raw?: RawBody<string> | undefined
  readonly options?: CallOptions | undefined
}

/** How the generated methods ask. All of these throw {@link WeftHttpError}. */
export interface Call {
  /** The body of the answer as JSON; null where it has none. */
  json<T>(parts: CallParts): Promise<T>
  nothing(parts: CallParts): Promise<void>
  /** The answer, its body not read yet. */
  response(parts: CallParts): Promise<Response>
}

/** What requests are made with. */
export interface CallerParts {
  /** The server's base, without a slash at its end. */
  readonly base: string
  /** A token; called again, with true, where the one before did not hold. */
  readonly token: (again: boolean) => Promise<string | undefined>
  /** Whether `token` may give another one when it is asked again. */
  readonly renews: boolean
  readonly fetch: typeof globalThis.fetch
}

/** Asks over HTTP. */
export function callBy(caller: CallerParts): Call {
  return {
    json: async <T>(parts: CallParts) => await readJson<T>(await ask(caller, parts)),
    nothing: async (parts) => {
      const response = await ask(caller, parts)
      // Read, so that its connection can be used again.
      await response.arrayBuffer()
    },
    response: (parts) => ask(caller, parts),
  }
}

async function ask(caller: CallerParts, parts: CallParts): Promise<Response> {
  const response = await send(caller, parts, await caller.token(false))
  const repeats = caller.renews && !(parts.raw?.data instanceof ReadableStream)
  const answer = response.status === 401 && repeats ? await send(caller, parts, await caller.token(true)) : response
  parts.options?.onResponse?.(answer)
  if (!answer.ok) throw await errorOf(answer)
  return answer
}

async function send({ base, fetch }: CallerParts, parts: CallParts, token: string | undefined): Promise<Response> {
  const { method, json, raw, options = {} } = parts
  const body = json === undefined ? raw?.data : JSON.stringify(json)
  const type = json === undefined ? raw?.type : 'application/json'
  const init: RequestInit & { duplex?: 'half' } = {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(type === undefined ? {} : { 'content-type': type }),
      ...options.headers,
    },
    ...(body === undefined ? {} : { body }),
    // The standard asks for it where the body is a stream.
    ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }
  try {
    return await fetch(base + address(parts), init)
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause
    const message = `${base === '' ? 'the server' : base} cannot be reached: is it running, and is this its URL?`
    throw new WeftHttpError('unreachable', message, { status: 0, cause })
  }
}

/** The path with its parameters in place, and the others behind it. */
function address({ path, parameters = {} }: CallParts): string {
  const given = new Map<string, unknown>(Object.entries(parameters).filter(([, value]) => value !== undefined))
  const filled = path.replaceAll(/\{(\w+)\}/g, (_braces, name: string) => {
    const value = String(given.get(name))
    given.delete(name)
    return encodeURIComponent(value)
  })
  const query = new URLSearchParams([...given].map(([name, value]) => [name, String(value)])).toString()
  return query === '' ? filled : `${filled}?${query}`
}

/** A body whose JSON is of a type that the API's document promises; the server's tests hold its answers to that. */
interface Promised<T> {
  json(): Promise<T>
}

async function readJson<T>(answer: Response): Promise<T> {
  const text = await answer.text()
  const body: Promised<T> = new Response(text === '' ? 'null' : text)
  try {
    return await body.json()
  } catch (cause) {
    const message = 'the answer is no JSON, so it is not Weft’s: check the URL, and what stands between'
    throw new WeftHttpError('unexpected-answer', message, { status: answer.status, cause })
  }
}
