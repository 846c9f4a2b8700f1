import { BlockList, isIP, isIPv6 } from 'node:net'

/** Networks that are not the public internet: https://www.iana.org/assignments/iana-ipv4-special-registry */
const privateIpv4: readonly (readonly [network: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
]

/** Of 2000::/3, the only part of IPv6 that is public; these hold addresses of IPv4, or are for texts. */
const oddIpv6: readonly (readonly [network: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const loopbackWord = 'loopback'
const loopback: readonly (readonly [network: string, bits: number])[] = [
  ['127.0.0.0', 8],
  ['::1', 128],
]

/**
 * Where the server may be made to send something by whoever may create a webhook: to the public internet, and to what its
 * operator allows. Anything else could be a service that trusts this machine.
 */
export class AddressRules {
  readonly #allowed: BlockList
  readonly #private = listOf(privateIpv4)
  readonly #public6 = listOf([['2000::', 3]])
  readonly #odd6 = listOf(oddIpv6)

  /** @param allowed texts of which each is `loopback`, an address, or a range such as `10.0.0.0/8` */
  constructor(allowed: readonly string[]) {
    this.#allowed = listOf(
      allowed.flatMap((text) => {
        if (text === loopbackWord) return loopback
        const [network = '', bits] = text.split('/')
        return [[network, bits === undefined ? (isIPv6(network) ? 128 : 32) : Number(bits)] as const]
      }),
    )
  }

  /** Whether something may be sent to an address. */
  allows(address: string): boolean {
    const plain = withoutClothes(address)
    const version = isIP(plain)
    if (version === 0) return false
    const family = version === 6 ? 'ipv6' : 'ipv4'
    if (this.#allowed.check(plain, family)) return true
    if (version === 4) return !this.#private.check(plain, 'ipv4')
    return this.#public6.check(plain, 'ipv6') && !this.#odd6.check(plain, 'ipv6')
  }
}

function listOf(networks: readonly (readonly [network: string, bits: number])[]): BlockList {
  const list = new BlockList()
  for (const [network, bits] of networks) list.addSubnet(network, bits, isIPv6(network) ? 'ipv6' : 'ipv4')
  return list
}

/** An IPv4 address may come in IPv6's clothes, in decimal or in hexadecimal numbers; and an address may say by which interface. */
function withoutClothes(address: string): string {
  const bare = address.replace(/%.*$/, '')
  const decimal = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (decimal !== undefined) return decimal
  const [, high, low] = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i.exec(bare) ?? []
  if (high === undefined || low === undefined) return bare
  const number = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.')
}
