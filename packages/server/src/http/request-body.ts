import type { Context } from 'hono'
import type { z } from 'zod'
import { invalidRequest, ProblemError } from './problem.ts'

/** Input as its schema has it. @throws ProblemError 400 that names the fields which are wrong */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input)
  if (!result.success) throw invalidRequest(result.error)
  return result.data
}

/** The body as JSON; no body counts as `{}`. @throws ProblemError 400 */
export async function readJson(context: Context): Promise<unknown> {
  const text = await context.req.text()
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError('invalid-request', 400, 'the body is not JSON')
  }
}
