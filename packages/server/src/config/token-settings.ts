import type { Grant } from '../auth/access.ts'
import type { AuthSecret } from '../auth/auth-config.ts'
import { isDocumentPattern } from '../auth/document-pattern.ts'
import { authSettings } from './auth-settings.ts'
import { parseDuration } from './duration.ts'
import { settingHelp, settingReader } from './read-settings.ts'
import { ConfigurationError, type Setting } from './settings.ts'

/** What `weft token` makes a token of. */
export interface TokenConfig {
  readonly secret: AuthSecret
  readonly subject: string
  readonly name: string | undefined
  readonly color: string | undefined
  readonly access: readonly Grant[]
  /** Milliseconds. */
  readonly lifetime: number
  readonly issuer: string | undefined
  readonly audience: string | undefined
}

/** The command, and what it is for. */
export interface TokenInvocation {
  readonly command: 'token'
  readonly token: TokenConfig
}

/** How long a token holds where nothing else is said, in milliseconds. */
const hour = 3_600_000

const subject: Setting<string> = {
  flag: 'subject',
  placeholder: 'text',
  help: 'token: who bears it',
  parse: (text) => text,
}
const name: Setting<string> = {
  flag: 'name',
  placeholder: 'text',
  help: 'token: what they are called',
  parse: (text) => text,
}
const color: Setting<string> = {
  flag: 'color',
  placeholder: 'text',
  help: 'token: the colour of their caret',
  parse: (text) => text,
}
const access: Setting<readonly Grant[]> = {
  flag: 'access',
  placeholder: 'documents:role',
  help: "token: what they may do, such as 'team-a/*:write'; repeat it for several, in the environment one a line",
  repeatable: true,
  parse: (text) => text.split('\n').map(grant),
}
const expires: Setting<number> = {
  flag: 'expires',
  placeholder: 'time',
  help: 'token: how long it holds, such as 15m, 1h or 90d; 1h where it is left away',
  parse: (text) => parseDuration('expires', text),
}

/** The command's own lines of the help. */
export const tokenCommandHelp: readonly string[] = [subject, name, color, access, expires].map(settingHelp)

/** @throws ConfigurationError */
export function readTokenInvocation(args: readonly string[], environment: NodeJS.ProcessEnv): TokenInvocation {
  const { secrets, issuer, audience, maxLifetime } = authSettings
  // The longest lifetime is the server's to check; it is known here so that both may share one environment.
  const known = [secrets, issuer, audience, maxLifetime, subject, name, color, access, expires]
  const value = settingReader(known, args, environment)
  const [secret] = value(secrets, [])
  if (secret === undefined) throw new ConfigurationError('--auth-secret must be given: it signs the token')
  const who = value(subject, '')
  if (who === '') throw new ConfigurationError('--subject must be given: who bears the token')
  return {
    command: 'token',
    token: {
      secret,
      subject: who,
      name: value(name, undefined),
      color: value(color, undefined),
      access: value(access, []),
      lifetime: value(expires, hour),
      issuer: value(issuer, undefined),
      audience: value(audience, undefined),
    },
  }
}

/** A role stands behind the last colon: ids have colons too. */
function grant(text: string): Grant {
  const colon = text.lastIndexOf(':')
  const documents = text.slice(0, Math.max(colon, 0))
  const role = text.slice(colon + 1)
  if (!isDocumentPattern(documents) || (role !== 'read' && role !== 'write' && role !== 'admin')) {
    throw new ConfigurationError(`--access takes documents and a role such as team-a/*:write, not "${text}"`)
  }
  return { documents, role }
}
