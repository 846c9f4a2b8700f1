/** `weft documents` and `weft nodes` against a real server, as their arguments have it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noTokens } from '../../src/auth/auth-config.ts'
import { CommandFailure } from '../../src/backup/command-failure.ts'
import { runDocuments } from '../../src/command-line/documents-command.ts'
import { askForNodes } from '../../src/command-line/list-nodes.ts'
import { readInvocation } from '../../src/config/read-config.ts'
import { ConfigurationError } from '../../src/config/settings.ts'
import { type RunningServer, startTestServer } from '../support/running-server.ts'
import { testSecret, tokenWith } from '../support/tokens.ts'

let server: RunningServer
let folder: string
let token: string
let reader: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'weft-transfer-'))
  const auth = { ...noTokens, secrets: [{ kid: undefined, text: testSecret }] }
  server = await startTestServer({ auth, anonymous: 'none' })
  const bearing = (role: string): Promise<string> => tokenWith({ claims: { access: [{ documents: '*', role }] } })
  token = await bearing('admin')
  reader = await bearing('read')
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** How a command ends: its exit code, what it prints, and what it complains of. */
interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

async function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Ended> {
  try {
    const invocation = readInvocation(args, environment)
    if (invocation.command === 'documents') {
      const { text, alarming } = await runDocuments(invocation.task, invocation.api)
      return { code: alarming ? 1 : 0, out: text, err: '' }
    }
    if (invocation.command === 'nodes' && 'api' in invocation) return done(await askForNodes(invocation.api))
    throw new Error('it asks no server')
  } catch (error) {
    if (error instanceof ConfigurationError) return { code: 2, out: '', err: error.message }
    if (error instanceof CommandFailure) return { code: 1, out: '', err: error.message }
    throw error
  }
}

const weft = (args: readonly string[], as = token): Promise<Ended> => run([...args, '--url', server.url, '--token', as])

const documents = (...args: string[]): Promise<Ended> => weft(['documents', ...args])

const done = (out: string): Ended => ({ code: 0, out, err: '' })

describe('weft documents', () => {
  it('a document’s life: made, shown, listed, to the trash and back, erased', async () => {
    expect(await documents('create', 'team-a/plan', '--title', 'The plan\u001b[31m')).toEqual(done('team-a/plan\n'))
    const shown = await documents('show', 'team-a/plan')
    expect(shown.out).toMatch(
      /^document {2}team-a\/plan\ntitle {5}The plan \[31m\ncreated {3}\S+Z by ada\nupdated {3}\S+Z\nsize {6}\d+ B\npeople {4}nobody\n$/,
    )
    await documents('create', 'team-b/notes')
    const listed = await documents('list', '--prefix', 'team-a/')
    expect(listed.out).toMatch(
      /^document +title +updated +size +people\nteam-a\/plan +The plan \[31m +\S+Z +\d+ B +0\n$/,
    )
    expect(await documents('delete', 'team-a/plan')).toEqual(
      done('team-a/plan is in the trash; weft documents restore team-a/plan brings it back\n'),
    )
    expect((await documents('trash')).out).toMatch(
      /^document +title +since +erased\nteam-a\/plan +The plan \[31m +\S+Z +\S+\n$/,
    )
    expect(await documents('restore', 'team-a/plan')).toEqual(done('team-a/plan is back\n'))
    expect(await documents('trash')).toEqual(done('nothing is in the trash\n'))
    expect(await documents('delete', 'team-a/plan', '--forever')).toEqual(done('team-a/plan is erased\n'))
    expect(await documents('list', '--prefix', 'team-a/')).toEqual(done('no documents\n'))
  })

  it('makes up an id, and answers with the API’s JSON', async () => {
    const answer = await documents('create', '--json', '--title', 'x')
    const { id: made }: Record<string, unknown> = JSON.parse(answer.out)
    const id = String(made)
    expect(JSON.parse((await documents('show', id, '--json')).out)).toMatchObject({ id, title: 'x', people: [] })
    const { documents: all, next } = JSON.parse((await documents('list', '--json', '--order', 'name')).out)
    expect(all).toContainEqual(expect.objectContaining({ id }))
    expect(next).toBeNull()
    expect(JSON.parse((await documents('delete', id, '--forever', '--json')).out)).toEqual({ id, forever: true })
  })

  it('lists as many as asked for, over the API’s pages, and says that there are more', async () => {
    // One more than the API gives at once.
    for (let i = 0; i < 201; i++) await documents('create', `many/${i}`)
    const part = await documents('list', '--prefix', 'many/', '--limit', '2', '--order', 'name')
    expect(part.out.split('\n').map((line) => line.split(' ')[0])).toEqual([
      'document',
      'many/0',
      'many/1',
      'there',
      '',
    ])
    const { documents: all } = JSON.parse(
      (await documents('list', '--prefix', 'many/', '--limit', '500', '--json')).out,
    )
    expect(all).toHaveLength(201)
  })

  it('exports to a file, and imports it: what was there gains nothing, what was deleted stays so unless told', async () => {
    await documents('create', 'moved/a', '--title', 'A')
    await documents('create', 'moved/b')
    const file = join(folder, 'moved.weft')
    expect(await documents('export', '--prefix', 'moved/', '--to', file)).toEqual(done(`exported to ${file}\n`))
    await documents('delete', 'moved/b', '--forever')
    const kept = await documents('import', '--from', file)
    expect(kept).toEqual(done('imported: 1 unchanged, 1 deleted\n'))
    expect(await documents('import', '--from', file, '--deleted', 'recreate')).toEqual(
      done('imported: 1 unchanged, 1 recreated\n'),
    )
    expect((await documents('show', 'moved/b')).code).toBe(0)
    await writeFile(file, 'no export')
    expect(await documents('import', '--from', file)).toMatchObject({ code: 1, out: '' })
    const missing = await documents('import', '--from', join(folder, 'nope'))
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining('cannot be read') })
  })

  it('verifies documents by their ids, or those of a prefix, and is alarmed by one that it cannot verify', async () => {
    await documents('create', 'verified/a')
    await documents('create', 'verified/b')
    const both = await documents('verify', 'verified/a', 'verified/b')
    expect(both).toEqual(await documents('verify', '--prefix', 'verified/'))
    expect([both.code, both.out]).toEqual([
      0,
      expect.stringMatching(
        /^document +outcome +log +checkpoint +nodes +remarks\nverified\/a +agrees +to 0 +none +0\nverified\/b .*\n2 agree\n$/,
      ),
    ])
    const json = await documents('verify', '--prefix', 'verified/a', '--json')
    expect(JSON.parse(json.out)).toMatchObject({ documents: [{ document: 'verified/a', outcome: 'agrees' }] })
    const { documents: everything } = JSON.parse((await documents('verify', '--all', '--json')).out)
    expect(everything).toContainEqual(expect.objectContaining({ document: 'verified/b' }))
    expect(await documents('verify', '--prefix', 'verified/nothing')).toEqual(done('no documents\n'))
    const partly = await documents('verify', 'verified/a', 'verified/nope')
    expect([partly.code, partly.out]).toEqual([
      1,
      expect.stringMatching(
        /verified\/nope +unknown +document verified\/nope does not exist\n1 agree, 1 could not be verified\n$/,
      ),
    ])
    expect((await weft(['documents', 'verify', 'verified/a'], reader)).out).toMatch(/needs admin access/)
  })

  it('erases only what was typed to be erased: the environment is there for every command', async () => {
    await documents('create', 'kept')
    const environment = { WEFT_URL: server.url, WEFT_TOKEN: token, WEFT_FOREVER: 'true', WEFT_ALL: 'true' }
    expect((await run(['documents', 'delete', 'kept'], environment)).out).toContain('kept is in the trash')
    expect(await run(['documents', 'verify'], environment)).toMatchObject({ code: 2, out: '' })
    expect(readInvocation(['help'], {})).toMatchObject({ text: expect.not.stringMatching(/WEFT_(FOREVER|ALL)\)/) })
  })

  it.each<[string, string[], number, RegExp]>([
    ['a verification of nothing', ['verify'], 2, /^weft documents verify takes document ids, --prefix or --all$/],
    ['one of some and of all', ['verify', 'x', '--all'], 2, /^weft documents verify takes ids or --all, not both$/],
    ['an export to nowhere', ['export'], 2, /^--to must be given: a file, or - for a standard stream$/],
    ['a document that there is not', ['show', 'nope'], 1, /^document nope does not exist$/],
    ['an id that is none', ['create', 'a//b'], 1, /^id: is no document id/],
    ['an id that is missing', ['show'], 2, /^weft documents show takes a document id: weft documents show <id>$/],
    ['an id too many', ['list', 'x'], 2, /^weft documents list takes no id: say --prefix x$/],
    ['a verb that there is not', ['remove', 'x'], 2, /^there is no weft documents remove: there are list, /],
    ['no verb', [], 2, /^weft documents takes one of list, /],
    ['a flag that there is not', ['show', 'x', '--forever'], 2, /^.*--forever.* \(weft help lists the flags\)$/],
    ['an order that there is not', ['list', '--order', 'size'], 2, /^--order takes updated, name or created/],
    ['a limit that is none', ['list', '--limit', '0'], 2, /^--limit takes a number from 1, not "0"$/],
  ])('%s is one line that says so', async (_name, args, code, line) => {
    const ended = await documents(...args)
    expect([ended.code, ended.out]).toEqual([code, ''])
    expect(ended.err).toMatch(line)
    expect(ended.err).not.toContain('\n')
  })

  it('says what to do where it may not, or nobody answers', async () => {
    const forbidden = await weft(['documents', 'create', 'x'], reader)
    expect(forbidden).toMatchObject({ code: 1, err: expect.stringContaining('needs write access') })
    const without = await run(['documents', 'list', '--url', server.url])
    expect(without.err).toMatch(/ Give one with --token or WEFT_TOKEN; weft token makes one\.$/)
    const away = await run(['documents', 'list', '--url', 'http://127.0.0.1:1'])
    expect([away.code, away.err]).toEqual([1, expect.stringMatching(/cannot be reached.*--url or WEFT_URL\.$/)])
    const wrong = await run(['documents', 'list', '--url', 'ftp://user:pass@x'])
    expect([wrong.code, wrong.err]).toEqual([2, expect.not.stringContaining('pass@')])
  })
})

describe('weft nodes --url', () => {
  it('lists the nodes as a server knows them', async () => {
    const { code, out } = await weft(['nodes'])
    expect(code).toBe(0)
    expect(out).toMatch(/^node +host +role .*\n\S+ +\S+ +all .* ok +reads 1, writes 1\n$/)
    expect(JSON.parse((await weft(['nodes', '--json'])).out)).toMatchObject({ nodes: [{ role: 'all' }], next: null })
    expect(await weft(['nodes'], reader)).toMatchObject({ code: 1, out: '' })
  })
})
