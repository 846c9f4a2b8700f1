/** Addresses that a document may hold. A document comes from other people: an address in it must never run script. */

const linkProtocols: readonly string[] = ['http:', 'https:', 'mailto:']
const imageProtocols: readonly string[] = ['http:', 'https:']

/** Whether an address found in a document may be a link: absolute, and http, https or mailto. */
export function isSafeLink(address: string): boolean {
  return hasProtocol(address, linkProtocols)
}

/** Whether an address found in a document may be an image's: absolute, and http or https. */
export function isSafeImage(address: string): boolean {
  return hasProtocol(address, imageProtocols)
}

/** The parser drops tabs and line breaks and folds case just as a browser does, so "java\nscript:" is seen for what it is. */
function hasProtocol(address: string, protocols: readonly string[]): boolean {
  return URL.canParse(address) && protocols.includes(new URL(address).protocol)
}
