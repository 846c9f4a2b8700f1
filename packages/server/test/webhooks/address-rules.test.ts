import { describe, expect, it } from 'vitest'
import { AddressRules } from '../../src/webhooks/address-rules.ts'

describe('where deliveries may go', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1%eth0',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::1',
    'localhost',
    '',
    '1.2.3',
  ])('not to %s', (address) => {
    expect(new AddressRules([]).allows(address)).toBe(false)
  })

  it.each(['1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:1.1.1.1'])(
    'to %s',
    (address) => {
      expect(new AddressRules([]).allows(address)).toBe(true)
    },
  )

  it('to what is allowed, and to nothing beside it', () => {
    const rules = new AddressRules(['loopback', '10.1.0.0/16', 'fd00::5'])
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.1.9.9', 'fd00::5'])
      expect(rules.allows(address), address).toBe(true)
    for (const address of ['10.2.0.1', 'fd00::6', '192.168.0.1']) expect(rules.allows(address), address).toBe(false)
  })
})
