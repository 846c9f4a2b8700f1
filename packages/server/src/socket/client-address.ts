import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'

/** What `--trust-proxy` takes beside addresses. */
const loopbackWord = 'loopback'

/** The addresses of this machine. */
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** Whether a text names addresses: `loopback`, an address, or a range such as `10.0.0.0/8`. */
export function isAddressRange(text: string): boolean {
  if (text === loopbackWord) return true
  const [address = '', bits, ...more] = text.split('/')
  const version = isIP(address)
  if (version === 0 || more.length > 0) return false
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
}

/** Tells from where clients come, behind proxies too where those are trusted to say so. */
export class ClientAddresses {
  readonly #proxies = new BlockList()
  readonly #trustsLoopback: boolean

  /** @param proxies texts of which each {@link isAddressRange} */
  constructor(proxies: readonly string[]) {
    this.#trustsLoopback = proxies.includes(loopbackWord)
    for (const text of proxies) {
      const [address = '', bits] = text.split('/')
      if (text === loopbackWord) continue
      if (bits === undefined) this.#proxies.addAddress(address, familyOf(address))
      else this.#proxies.addSubnet(address, Number(bits), familyOf(address))
    }
  }

  /**
   * Whose connections are counted together: an address, or of IPv6 the network of 64 bits, which one household has to itself.
   * Undefined where it is this machine's own, or a trusted proxy that says nothing: those are not counted.
   */
  of(request: IncomingMessage): string | undefined {
    const header = request.headers['x-forwarded-for']
    const said = (Array.isArray(header) ? header.join() : (header ?? ''))
      .split(',')
      .map((text) => withoutPort(text.trim()))
    let address = plain(request.socket.remoteAddress ?? '')
    // From the right: each proxy adds whom it heard it from, and only what a trusted one added is true.
    while (this.#trusts(address)) {
      const before = plain(said.pop() ?? '')
      if (isIP(before) === 0) return undefined
      address = before
    }
    return isIP(address) === 0 || loopback.check(address, familyOf(address)) ? undefined : networkOf(address)
  }

  #trusts(address: string): boolean {
    if (isIP(address) === 0) return false
    const family = familyOf(address)
    return this.#proxies.check(address, family) || (this.#trustsLoopback && loopback.check(address, family))
  }
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4'
}

/** An IPv4 address may come in IPv6's clothes. */
function plain(address: string): string {
  const unwrapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  return unwrapped ?? address.replace(/%.*$/, '')
}

/** Some proxies add the port: `192.0.2.1:1234`, `[2001:db8::1]:1234`. */
function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [start = '', end] = address.split('::')
  const first = start === '' ? [] : start.split(':')
  const last = end === undefined || end === '' ? [] : end.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  const groups = [...first, ...zeros, ...last].slice(0, 4)
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
}
