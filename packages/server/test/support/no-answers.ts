import type { IdempotencyParts } from '../../src/http/idempotency.ts'

/** For tests whose requests bring no keys. */
export const noAnswers: IdempotencyParts['answers'] = {
  begin: () => Promise.reject(new Error('no request brings a key here')),
}
