import { SignJWT } from 'jose'

/** The secret that the tests' servers verify tokens with. */
export const testSecret = 'hush-this-is-the-secret-of-the-tests'

/** Nothing was taken back. */
export const noRevocations: { readonly covers: () => boolean; readonly documentsOf: () => string[] } = {
  covers: () => false,
  documentsOf: () => [],
}

/** What a test's token says. Times are seconds. */
export interface TokenFacts {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly secret?: string
}

/** A token as someone else's back end would make it; a claim that is undefined is left out. */
export async function tokenWith({ claims = {}, header = {}, secret = testSecret }: TokenFacts = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const all = { sub: 'ada', access: [{ documents: 'team-a/*', role: 'write' }], iat: now, exp: now + 600, ...claims }
  const said = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  return new SignJWT(said).setProtectedHeader({ alg: 'HS256', ...header }).sign(new TextEncoder().encode(secret))
}
