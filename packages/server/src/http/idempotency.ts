import { createHash } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import type { KeptAnswer, KeptAnswers } from './kept-answers.ts'
import { invalidField, ProblemError } from './problem.ts'
import type { EdgeEnvironment } from './requests.ts'

/** What repeated requests are answered from. */
export interface IdempotencyParts {
  readonly answers: Pick<KeptAnswers, 'begin'>
  /** An answer that could not be kept: what it answers was done. */
  readonly unkept: (error: unknown) => void
}

/**
 * Requests whose answers are not kept: they hold a secret, or they and their answers are streams. Doing these twice does no harm.
 */
const withoutKey = /\/api\/v1\/(?:tokens|export|import|webhooks|documents\/[^/]+\/(?:files|links))(?:\/|$)/

/** Whether requests of a path, or of a route's pattern, may bring a key. */
export function takesKey(path: string): boolean {
  return path.includes('/api/v1/') && !withoutKey.test(path)
}

/** Headers of an answer that are kept with it. */
const keptHeaders = ['content-type', 'etag', 'location', 'preference-applied']

/** Largest answer that is kept, in characters. */
const maxKept = 64 * 1024

/**
 * Answers a POST that repeats another one of the same subject and `Idempotency-Key` as that one was answered, and does nothing.
 * What was refused is not kept: it did nothing, and may be tried again. People without a token are another subject each time.
 */
export function idempotent({ answers, unkept }: IdempotencyParts): MiddlewareHandler<EdgeEnvironment> {
  return async (context, next) => {
    const key = context.req.header('idempotency-key')
    const { subject, token } = context.var.identity
    if (key === undefined || context.req.method !== 'POST' || token === undefined || !takesKey(context.req.path)) {
      return await next()
    }
    if (!/^[!-~]{1,256}$/.test(key)) {
      throw invalidField('Idempotency-Key', 'is 1 to 256 characters of printable ASCII without spaces')
    }
    const beginning = await answers.begin({ subject, key, request: await digestOf(context) })
    switch (beginning.outcome) {
      case 'answered':
        return repeat(context, beginning.answer)
      case 'other-request':
        throw new ProblemError('key-reused', 422, 'this Idempotency-Key came with another request: take a new one')
      case 'under-way':
        context.header('Retry-After', '1')
        throw new ProblemError('key-in-use', 409, 'a request of this Idempotency-Key is under way: ask again')
      case 'begun':
    }
    await next()
    const answer = await answerIn(context)
    // What was done is done, and is answered so.
    await (answer === undefined ? beginning.attempt.giveUp() : beginning.attempt.finish(answer)).catch(unkept)
  }
}

async function digestOf({ req }: Context): Promise<string> {
  const { pathname, search } = new URL(req.url)
  return createHash('sha256')
    .update(JSON.stringify([pathname, search, req.header('content-type') ?? '', req.header('prefer') ?? '']))
    .update(new Uint8Array(await req.arrayBuffer()))
    .digest('base64url')
}

async function answerIn({ res }: Context): Promise<KeptAnswer | undefined> {
  if (!res.ok) return undefined
  const body = await res.clone().text()
  if (body.length > maxKept) return undefined
  const headers = keptHeaders.flatMap((name): [string, string][] => {
    const value = res.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return { status: res.status, headers, body }
}

function repeat({ res }: Context, kept: KeptAnswer): Response {
  // With what is said of this request already: its id.
  const headers = new Headers(res.headers)
  for (const [name, value] of kept.headers) headers.set(name, value)
  headers.set('Idempotent-Replayed', 'true')
  return new Response(kept.body === '' ? null : kept.body, { status: kept.status, headers })
}
