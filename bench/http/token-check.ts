/** What it takes to see that a token holds: the first time, and when it comes again with the next request. */
import { mintToken } from '../../packages/server/src/auth/mint-token.ts'
import { noTokens } from '../../packages/server/src/auth/auth-config.ts'
import { TokenVerifier } from '../../packages/server/src/auth/token-verifier.ts'
import { timeMeasures } from '../support/percentiles.ts'
import type { Workload } from '../support/workload.ts'

const secret = { kid: undefined, text: 'a-secret-that-signs-nothing-but-this-benchmark' }

/** Tokens that are used in turn: as many clients at the same time. */
const bearers = 1_000

/** The workload `tokens`. */
export const tokenCheck: Workload = {
  name: 'tokens',
  summary: `${bearers} tokens that are checked in turn`,
  options: { 'token-rounds': { initial: 50, help: 'how often each comes again' } },
  run: async (size, placement) => {
    const verifier = new TokenVerifier({
      config: { ...noTokens, secrets: [secret] },
      keySet: undefined,
      revocations: { covers: () => false, documentsOf: () => [] },
      now: Date.now,
    })
    const tokens = await Promise.all(Array.from({ length: bearers }, (_, index) => tokenOf(index)))
    const rounds: number[][] = []
    for (let round = 0; round <= size('token-rounds'); round++) {
      const times: number[] = []
      for (const token of tokens) {
        const begun = performance.now()
        const identity = await verifier.verify(token)
        times.push(performance.now() - begun)
        if ('refused' in identity) throw new Error(`a token was refused: ${identity.text}`)
      }
      rounds.push(times)
    }
    const [first = [], ...again] = rounds
    return {
      title: `Checking tokens (${placement.text})`,
      measures: [
        ...timeMeasures('a token that comes for the first time', first),
        ...timeMeasures('a token that comes again', again.flat(), 1),
      ],
    }
  },
}

function tokenOf(index: number): Promise<string> {
  const token = {
    subject: `person-${index}`,
    name: undefined,
    color: undefined,
    access: [{ documents: `team-${index}/*`, role: 'write' as const }],
    lifetime: 3_600_000,
    issuer: undefined,
    audience: undefined,
    id: String(index),
  }
  return mintToken(token, secret, Date.now())
}
