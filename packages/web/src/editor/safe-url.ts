/** Addresses that a document may hold. A document comes from other people: an address in it must never run script. */

const linkProtocols: readonly string[] = ['http:', 'https:', 'mailto:']
const imageProtocols: readonly string[] = ['http:', 'https:']

/** Whether an address found in a document may be a link: absolute, and http, https or mailto. */
export function isSafeLink(href: string): boolean {
  // The parser drops tabs and line breaks and folds case just as a browser does, so "java\nscript:" is seen for what it is.
  const protocol = parse(href)?.protocol
  return protocol !== undefined && linkProtocols.includes(protocol)
}

/**
 * What someone typed as a link, made absolute: `example.com` becomes `https://example.com`, `a@b.org` becomes
 * `mailto:a@b.org`. Undefined where it is no address that a link may have.
 */
export function readLink(text: string): string | undefined {
  const typed = text.trim()
  if (isSafeLink(typed)) return typed
  if (/^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$/.test(typed)) return `mailto:${typed}`
  return withHttps(typed)
}

/** What someone typed as the address of an image: http or https, made absolute. Undefined for any other. */
export function readImageAddress(text: string): string | undefined {
  const typed = text.trim()
  const protocol = parse(typed)?.protocol
  if (protocol !== undefined && imageProtocols.includes(protocol)) return typed
  return withHttps(typed)
}

/** For a host that was typed without a protocol; a port is no protocol, so `localhost:8080` counts. */
function withHttps(typed: string): string | undefined {
  if (!/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*(:\d{1,5})?([/?#]\S*)?$/u.test(typed)) return undefined
  if (!/[.]|^localhost\b/.test(typed)) return undefined
  const address = `https://${typed}`
  return parse(address) === undefined ? undefined : address
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined
}
