/** Names that no one else's name server answers for. All of 127/8 is loopback. */
const loopbackName = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** Which web pages may talk to this server (S4). */
export interface OriginRules {
  /** Origins that are allowed beside the server's own, for example `https://app.example.com`. */
  readonly allowed: readonly string[]
  /** Whether every page served from this machine may: for development, where the app has a port of its own. */
  readonly anyLoopback: boolean
  /** Whether the server listens on loopback only. Then the Host must be a loopback name, or that of an allowed origin. */
  readonly loopbackOnly: boolean
}

/**
 * Why a request is not allowed to come from where it comes, or undefined where it is.
 *
 * A browser names the page's origin; a request without one is not a browser's. The Host is checked on loopback because a
 * page elsewhere can point a name of its own at 127.0.0.1 (DNS rebinding) and would then be "same origin".
 *
 * @param origin the Origin header
 * @param host the Host header
 */
export function refuseOrigin(
  origin: string | undefined,
  host: string | undefined,
  rules: OriginRules,
): string | undefined {
  if (rules.loopbackOnly && !loopbackName.test(hostName(host ?? '')) && !hostsOf(rules.allowed).includes(host ?? '')) {
    return `the Host header names ${host ?? 'nothing'}, but this server listens on loopback only`
  }
  if (origin === undefined || rules.allowed.includes(origin)) return undefined
  const url = URL.parse(origin)
  if (url === null) return `the origin ${origin} is not allowed`
  if (url.host === host?.toLowerCase()) return undefined
  if (rules.anyLoopback && loopbackName.test(url.hostname)) return undefined
  return `the origin ${origin} is not allowed: add it with --allowed-origins`
}

function hostsOf(origins: readonly string[]): string[] {
  return origins.flatMap((origin) => URL.parse(origin)?.host ?? [])
}

function hostName(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase()
}
