import { expect, it } from 'vitest'
import { readInvocation } from '../../src/config/read-config.ts'

it('backup and restore have settings of their own, as flags and in the environment', () => {
  const flags = ['--store', 'redis://one', '--to', 'file', '--prefix', 'team/', '--unreadable', 'skip']
  expect(readInvocation(['backup', ...flags], { WEFT_STORE: 'redis://two' })).toEqual({
    command: 'backup',
    backup: { store: 'redis://one', to: 'file', prefix: 'team/', skipUnreadable: true },
  })
  const environment = { WEFT_STORE: 'redis://two', WEFT_DELETED: 'recreate', WEFT_DURABILITY: 'replicas:1' }
  expect(readInvocation(['restore', '--from', '-'], environment)).toEqual({
    command: 'restore',
    restore: { store: 'redis://two', from: '-', prefix: '', recreate: true, durability: 'replicas:1' },
  })
})

it('there is no store, file or stream that they take where none was named', () => {
  expect(() => readInvocation(['backup', '--to', '-'], {})).toThrow(/^--store must be given/)
  expect(() => readInvocation(['backup', '--store', 'redis://one'], {})).toThrow(/^--to must be given/)
  expect(() => readInvocation(['restore', '--store', 'redis://one', '--from', ''], {})).toThrow(/^--from must be given/)
  expect(() => readInvocation(['backup', '--deleted', 'skip'], {})).toThrow(/--deleted/)
})

it('help names each of them', () => {
  const invocation = readInvocation(['help'], {})
  const text = invocation.command === 'help' ? invocation.text : ''
  for (const flag of ['to', 'from', 'prefix', 'unreadable', 'deleted', 'durability'])
    expect(text).toContain(`--${flag} <`)
  expect(text).toMatch(/weft backup .*\n.*weft restore /)
})
