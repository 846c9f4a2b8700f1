import type { Problem } from './types.generated.ts'

type KindIn<Type> = Type extends `/problems/${infer Kind}` ? Kind : never

/** Kinds of problems that a server answers with, and that the reference at `/api` explains. */
export type ProblemKind = KindIn<Problem['type']>

/** Kinds of failures that no server answered with. */
export type ClientProblemKind =
  /** No answer came. */
  | 'unreachable'
  /** What answered is no Weft: a proxy, or another server. */
  | 'unexpected-answer'

/** A request that did not do what was asked. The message is for a person, and says what to do where that is known. */
export class WeftHttpError extends Error {
  override readonly name = 'WeftHttpError'
  /** Stable; a newer server may have kinds that are not listed here. */
  readonly kind: ProblemKind | ClientProblemKind | (string & {})
  /** The HTTP status; 0 where no answer came. */
  readonly status: number
  /** For `invalid-request`: which fields are wrong and how; else empty. */
  readonly errors: NonNullable<Problem['errors']>
  /** What the server's log calls this request by, where it said. */
  readonly requestId: string | undefined

  constructor(
    kind: WeftHttpError['kind'],
    message: string,
    facts: { status: number; errors?: Problem['errors']; requestId?: string | undefined; cause?: unknown },
  ) {
    super(message, { cause: facts.cause })
    this.kind = kind
    this.status = facts.status
    this.errors = facts.errors ?? []
    this.requestId = facts.requestId
  }
}

/** The error that an answer is which did not succeed. */
export async function errorOf(response: Response): Promise<WeftHttpError> {
  const { status } = response
  const requestId = response.headers.get('x-request-id') ?? undefined
  const body: unknown = await response.json().catch(() => undefined)
  if (!isProblem(body)) {
    const message = `the answer has status ${status} and is not Weft's: check the URL, and what stands between`
    return new WeftHttpError('unexpected-answer', message, { status, requestId })
  }
  const kind: string = body.type.replace(/^.*\/problems\//, '')
  return new WeftHttpError(kind, body.detail ?? body.title, { status, errors: body.errors, requestId })
}

function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}
