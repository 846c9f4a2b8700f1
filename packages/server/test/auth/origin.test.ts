import { describe, expect, it } from 'vitest'
import { type OriginRules, refuseOrigin } from '../../src/auth/origin.ts'

const open: OriginRules = { allowed: [], anyLoopback: false, loopbackOnly: false }
const loopback: OriginRules = { ...open, loopbackOnly: true }
const development: OriginRules = { ...loopback, anyLoopback: true }
const listed: OriginRules = { ...loopback, allowed: ['https://docs.example.com'] }

describe('S4: where a request may come from', () => {
  it.each<[string, string | undefined, string | undefined, OriginRules]>([
    ['no browser', undefined, 'weft.example.com', open],
    ['the same origin', 'https://weft.example.com', 'weft.example.com', open],
    ['the same origin, port included', 'http://weft.example.com:8080', 'weft.example.com:8080', open],
    ['loopback by name', 'http://localhost:8787', 'localhost:8787', loopback],
    ['loopback by number', undefined, '127.0.0.1:8787', loopback],
    ['loopback in IPv6', 'http://[::1]:8787', '[::1]:8787', loopback],
    ['another port of this machine, for development', 'http://localhost:5173', '127.0.0.1:8787', development],
    ['an origin of the list', 'https://docs.example.com', '127.0.0.1:8787', listed],
    ['the host of an origin of the list, behind a proxy', 'https://docs.example.com', 'docs.example.com', listed],
  ])('S4: allowed: %s', (_name, origin, host, rules) => {
    expect(refuseOrigin(origin, host, rules)).toBeUndefined()
  })

  it.each<[string, string | undefined, string | undefined, OriginRules]>([
    ['another origin', 'https://evil.example.com', 'weft.example.com', open],
    ['another port', 'http://weft.example.com:81', 'weft.example.com', open],
    ['a page without an origin', 'null', 'weft.example.com', open],
    ['what is no origin', 'evil', 'weft.example.com', open],
    ['a name that was rebound to loopback', 'http://evil.example.com:8787', 'evil.example.com:8787', loopback],
    ['a rebound name without an origin', undefined, 'evil.example.com:8787', development],
    ['no host', undefined, undefined, loopback],
    ['another port of this machine, unless for development', 'http://localhost:5173', 'localhost:8787', loopback],
    ['a name that begins like the host', 'https://weft.example.com.evil.com', 'weft.example.com', open],
  ])('S4: refused: %s', (_name, origin, host, rules) => {
    expect(refuseOrigin(origin, host, rules)).toBeTypeOf('string')
  })

  it('S4: the refusal of an origin names the flag that allows it', () => {
    expect(refuseOrigin('https://a.example.com', 'b.example.com', open)).toContain('--allowed-origins')
  })
})
