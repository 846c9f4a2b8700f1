/** What holds for every file of the repository, whatever it is about. */
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { nodeFlagsOf } from '../support/node-flags.ts'
import { listFiles, readFile, root } from './source-tree.ts'

const maxLines = 400

const files = listFiles()
const texts = files.filter((path) => !/\.(png|jpe?g|gif|ico|woff2?|gz|bin)$/.test(path))
const sources = files.filter((path) => /^packages\/[a-z-]+\/src\/.*\.tsx?$/.test(path))
const tests = files.filter((path) => /\.test\.(tsx?|mjs)$/.test(path))

/** Lines of a text that name a place which only one machine has. A folder counts where its path begins, not within another. */
function placesIn(text: string, places: readonly string[]): string[] {
  return text.split('\n').filter((line) =>
    places.some((place) => {
      // What stands before each mention: the end of a longer path's segment, or nothing of a path.
      const before = line.split(place).slice(0, -1)
      return before.some((text) => !/[\w.~-]$/.test(text))
    }),
  )
}

/** Tests that do not run, or that keep others from running. */
function unrunIn(text: string): string[] {
  return text.match(/\b(?:it|test|describe|suite)(?:\.\w+)*\.(?:only|skip|todo|fails)\b/g) ?? []
}

test(`no source has more than ${maxLines} lines`, () => {
  const written = sources.filter((path) => !path.endsWith('.generated.ts'))
  const long = written.filter((path) => readFile(path).split('\n').length > maxLines)
  expect(long).toEqual([])
})

test('the image starts Node as the published command does', () => {
  const flags = nodeFlagsOf(join(root, 'packages/server/src/main.ts'))
  expect(flags).toContain('--max-semi-space-size=8')
  const entry = /^ENTRYPOINT (.*)$/m.exec(readFile('Dockerfile'))?.[1] ?? ''
  expect(JSON.parse(entry)).toEqual(['node', ...flags, 'packages/server/dist/main.js'])
})

test('no merge was left half done', () => {
  // Formatters take the marks apart, so those count too.
  const marks = /^(?:<{7} |>{7} |(?:> ){7}|\| ={7} )/m
  expect(texts.filter((path) => marks.test(readFile(path)))).toEqual([])
})

describe('tests that do not run', () => {
  test('there are none', () => {
    expect(tests.length).toBeGreaterThan(10)
    expect(tests.filter((path) => unrunIn(readFile(path)).length > 0)).toEqual([])
  })

  test.each(['only', 'skip', 'todo', 'concurrent.only', 'sequential.skip', 'fails'])(
    'test.%s would be found',
    (kind) => {
      expect(unrunIn(`  test.${kind}('x', () => {})`)).toHaveLength(1)
    },
  )
})

describe('places of one machine', () => {
  // Roots that every machine has say nothing about this one.
  const common = new Set(['/', '/tmp', '/root', '/home', '/usr', '/opt', '/srv', '/var'])
  const registry = process.env['npm_config_registry']
  const checkout = root.replace(/\/$/, '')
  const folders = [checkout, dirname(checkout), homedir()].filter((place) => !common.has(place))
  const places = [
    ...folders.map((place) => `${place}/`),
    // npm tells the scripts that it runs which registry it asks.
    ...(registry !== undefined && URL.canParse(registry) ? [new URL(registry).host] : []),
  ]

  test('no file names one', () => {
    expect(texts.flatMap((path) => placesIn(readFile(path), places).map((line) => `${path}: ${line}`))).toEqual([])
  })

  test('one would be found', () => {
    expect(placesIn(`a\nsee ${root}package.json\nb`, places)).toHaveLength(1)
    expect(placesIn(`packages${root}package.json`, places)).toEqual([])
  })
})
