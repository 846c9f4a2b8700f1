import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fingerprint, isStamped } from '../../scripts/fingerprint.mjs'
import { reason } from '../../scripts/steps.mjs'
import { isAtLeast } from '../../scripts/toolchain.mjs'
import { root } from '../../scripts/workspace.mjs'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-scripts-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the stamp that says whether something is up to date', () => {
  beforeEach(() => {
    mkdirSync(join(folder, 'src/node_modules'), { recursive: true })
    writeFileSync(join(folder, 'src/a.ts'), 'a')
    writeFileSync(join(folder, 'lock.yaml'), 'l')
  })

  const print = (salt = '') => fingerprint(folder, ['src', 'lock.yaml', 'missing'], salt)

  test('is the same for the same contents, whatever their times', () => {
    const before = print()
    utimesSync(join(folder, 'src/a.ts'), 1, 1)
    writeFileSync(join(folder, 'src/node_modules/x.js'), 'not a source')
    expect(print()).toBe(before)
    writeFileSync(join(folder, 'stamp'), `${before}\n`)
    expect(isStamped(join(folder, 'stamp'), print())).toBe(true)
    expect(isStamped(join(folder, 'no-stamp'), print())).toBe(false)
  })

  test.each([
    ['a changed file', () => writeFileSync(join(folder, 'src/a.ts'), 'b')],
    ['a new file', () => writeFileSync(join(folder, 'src/b.ts'), '')],
    ['a missing file', () => rmSync(join(folder, 'src/a.ts'))],
    ['a file that moved', () => cpSync(join(folder, 'src/a.ts'), join(folder, 'src/c.ts'))],
    ['another lockfile', () => writeFileSync(join(folder, 'lock.yaml'), 'm')],
  ])('notices %s', (_, change) => {
    const before = print()
    change()
    expect(print()).not.toBe(before)
  })

  test('notices another toolchain', () => {
    expect(print('node 24')).not.toBe(print('node 25'))
  })
})

describe('whether the machine has a version that will do', () => {
  test.each([
    ['24.21.0', true],
    ['24.21.1', true],
    ['24.100.0', true],
    ['25.0.0', true],
    ['24.20.9', false],
    ['20.20.2', false],
    ['25.0.0-nightly', false],
    ['', false],
  ])('%s: %s', (version, expected) => {
    expect(isAtLeast(version, '24.21.0')).toBe(expected)
  })
})

describe('the one line that tells why a step failed', () => {
  test('a network that is away', () => {
    const log = 'resolving\nerror sending request for url (somewhere)\nERR_PNPM_META_FETCH_FAIL'
    expect(reason(log, 'code 1')).toBe('the package registry cannot be reached; is this machine online?')
  })

  test('the first error, else the last line, else how it ended', () => {
    expect(reason('fine\nerror: disk full\n  at somewhere\n', 'code 1')).toBe('error: disk full')
    expect(reason('one\ntwo\n\n', 'code 1')).toBe('two')
    expect(reason('\n', 'it was ended by SIGKILL')).toBe('it was ended by SIGKILL')
  })
})

test('a first start without a network is one line that says so, and code 1', () => {
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true })
  for (const name of ['package.json', '.node-version']) cpSync(join(root, name), join(folder, name))
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  // Stands in for npx on a machine that is offline and has fetched nothing yet.
  writeFileSync(join(bin, 'npx'), '#!/bin/sh\necho "npm error code ENOTFOUND"\nexit 1\n', { mode: 0o755 })
  const { status, stderr } = spawnSync(process.execPath, ['scripts/start.mjs'], {
    cwd: folder,
    env: { PATH: `${bin}:/usr/bin:/bin` },
    encoding: 'utf8',
  })
  expect(stderr.trimEnd().split('\n')).toEqual([
    expect.stringMatching(
      /^Fetching .* failed: the package registry cannot be reached.*\(full log: \.cache\/logs\/.*\.log\)$/,
    ),
  ])
  expect(status).toBe(1)
})
