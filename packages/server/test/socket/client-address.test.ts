import type { IncomingMessage } from 'node:http'
import { IncomingMessage as Message } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { ClientAddresses, isAddressRange } from '../../src/socket/client-address.ts'

function request(from: string, forwarded?: string): IncomingMessage {
  const socket = new Socket()
  Object.defineProperty(socket, 'remoteAddress', { value: from })
  const message = new Message(socket)
  if (forwarded !== undefined) message.headers['x-forwarded-for'] = forwarded
  return message
}

describe('whose connections are counted together', () => {
  it.each<[string, readonly string[], string, string | undefined, string | undefined]>([
    ['an address', [], '192.0.2.1', undefined, '192.0.2.1'],
    ['an address in the clothes of IPv6', [], '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    ['this machine is not counted', [], '127.0.0.1', undefined, undefined],
    ['nor in IPv6', [], '::1', undefined, undefined],
    ['nor in its clothes', [], '::ffff:127.0.0.9', undefined, undefined],
    ['a network of IPv6', [], '2001:db8:0:1::5', undefined, '2001:db8:0:1'],
    ['the same network written out', [], '2001:0db8:0000:0001:1:2:3:4', undefined, '2001:db8:0:1'],
    ['a network with zeros at its end', [], '2001:db8::5', undefined, '2001:db8:0:0'],
    ['a link-local address', [], 'fe80::1%eth0', undefined, 'fe80:0:0:0'],
    ['what a client says of itself is not believed', [], '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['nor on loopback unless that is trusted', [], '127.0.0.1', '198.51.100.7', undefined],
    ['a proxy on loopback', ['loopback'], '127.0.0.1', '198.51.100.7', '198.51.100.7'],
    ['a proxy', ['10.0.0.5'], '10.0.0.5', '198.51.100.7', '198.51.100.7'],
    ['a proxy of a range', ['10.0.0.0/8'], '10.9.9.9', '198.51.100.7', '198.51.100.7'],
    ['a proxy that is none', ['10.0.0.0/8'], '11.0.0.1', '198.51.100.7', '11.0.0.1'],
    ['what a client adds before a proxy does', ['10.0.0.5'], '10.0.0.5', '1.2.3.4, 198.51.100.7', '198.51.100.7'],
    ['two proxies', ['10.0.0.0/8'], '10.0.0.5', '1.2.3.4,198.51.100.7, 10.0.0.6', '198.51.100.7'],
    ['a proxy that adds the port', ['10.0.0.5'], '10.0.0.5', '198.51.100.7:4711', '198.51.100.7'],
    ['the same in IPv6', ['10.0.0.5'], '10.0.0.5', '[2001:db8::5]:4711', '2001:db8:0:0'],
    ['a proxy in IPv6', ['fd00::/8'], 'fd00::1', '198.51.100.7', '198.51.100.7'],
    ['a proxy that says nothing', ['10.0.0.5'], '10.0.0.5', undefined, undefined],
    ['a proxy that says nonsense', ['10.0.0.5'], '10.0.0.5', 'unknown', undefined],
    ['a client on the same machine as the proxy', ['10.0.0.5'], '10.0.0.5', '127.0.0.1', undefined],
    ['a socket that is gone', [], '', undefined, undefined],
  ])('%s', (_name, proxies, from, forwarded, address) => {
    expect(new ClientAddresses(proxies).of(request(from, forwarded))).toBe(address)
  })
})

it('a proxy is named by loopback, an address or a range', () => {
  for (const text of ['loopback', '10.0.0.5', '10.0.0.0/8', '::1', 'fd00::/8']) expect(isAddressRange(text)).toBe(true)
  for (const text of ['', 'proxy', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '::/129', '::/-1']) {
    expect(isAddressRange(text)).toBe(false)
  }
})
