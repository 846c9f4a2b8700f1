import type { RevokedTokens } from '@weft/protocol'
import type { Revocation } from './revocations.ts'

/** A revocation as JSON. */
export function encodeRevocation(revocation: Revocation): string {
  return JSON.stringify(revocation)
}

/** The revocation that {@link encodeRevocation} made a text of; undefined for anything else. */
export function decodeRevocation(text: string): Revocation | undefined {
  const fields = fieldsOf(parsed(text))
  const { id, before, until, by } = fields
  const tokens = tokensOf(fieldsOf(fields['tokens']))
  if (typeof id !== 'string' || typeof by !== 'string' || tokens === undefined) return undefined
  if (typeof before !== 'number' || typeof until !== 'number') return undefined
  return { id, tokens, before, until, by }
}

function tokensOf({ jti, subject, document }: Record<string, unknown>): RevokedTokens | undefined {
  if (typeof jti === 'string') return { jti }
  if (typeof subject !== 'string') return undefined
  if (document === undefined) return { subject }
  return typeof document === 'string' ? { subject, document } : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
