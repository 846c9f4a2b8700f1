/** What someone typed as an address. */
import { isSafeImage, isSafeLink } from '@weft/protocol'

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
  if (isSafeImage(typed)) return typed
  return withHttps(typed)
}

/** For a host that was typed without a protocol; a port is no protocol, so `localhost:8080` counts. */
function withHttps(typed: string): string | undefined {
  if (!/^[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)*(:\d{1,5})?([/?#]\S*)?$/u.test(typed)) return undefined
  if (!/[.]|^localhost\b/.test(typed)) return undefined
  const address = `https://${typed}`
  return URL.canParse(address) ? address : undefined
}
