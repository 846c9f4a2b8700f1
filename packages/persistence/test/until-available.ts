import { StoreUnavailableError } from '../src/errors.ts'

/** Asks again until the store is there, as a room does. In between, what the store waits for may happen. */
export async function untilAvailable<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
      await new Promise((resume) => setImmediate(resume))
    }
  }
}
