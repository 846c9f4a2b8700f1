import { deleted, from, to } from './backup-settings.ts'
import { settingHelp, settingReader } from './read-settings.ts'
import { ConfigurationError, type Setting } from './settings.ts'

/** How a command reaches a server's API, and how it answers. */
export interface ApiConfig {
  /** The server's base. */
  readonly url: string
  readonly token: string | undefined
  /** Whether it answers with the API's JSON in place of what a person reads. */
  readonly json: boolean
}

/** What `weft documents` is to do. */
export type DocumentsTask =
  | { readonly verb: 'list'; readonly prefix: string | undefined; readonly order: ListOrder; readonly limit: number }
  | { readonly verb: 'trash'; readonly prefix: string | undefined; readonly limit: number }
  | { readonly verb: 'show'; readonly id: string }
  | { readonly verb: 'create'; readonly id: string | undefined; readonly title: string | undefined }
  | { readonly verb: 'delete'; readonly id: string; readonly forever: boolean }
  | { readonly verb: 'restore'; readonly id: string }
  | { readonly verb: 'export'; readonly prefix: string | undefined; readonly to: string }
  | { readonly verb: 'verify'; readonly selection: Selection }
  | {
      readonly verb: 'import'
      readonly prefix: string | undefined
      readonly from: string
      /** Whether documents that were deleted are made anew. */
      readonly recreate: boolean
    }

/** Documents by their ids, or, without any, those whose ids begin so; all without either. */
export interface Selection {
  readonly ids: readonly string[]
  readonly prefix: string | undefined
}

/** An export, or an import. */
export type TransferTask<Verb extends 'export' | 'import'> = Extract<DocumentsTask, { verb: Verb }>

/** An order of a list. */
export type ListOrder = 'updated' | 'name' | 'created'

/** The command, and what it is for. */
export interface DocumentsInvocation {
  readonly command: 'documents'
  readonly api: ApiConfig
  readonly task: DocumentsTask
}

/** Where `weft dev` and `weft serve` listen unless told otherwise. */
const defaultUrl = 'http://127.0.0.1:8787'

const plain = (text: string): string => text
const isGiven = (text: string): boolean => text === 'true' || text === ''

const url: Setting<string> = {
  flag: 'url',
  placeholder: 'url',
  help: `documents, nodes: the server that is asked; ${defaultUrl} where it is left away`,
  parse: (text) => {
    if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
    // It may hold a password, so the text does not repeat it.
    throw new ConfigurationError(`--url takes the URL of a server, for example ${defaultUrl}`)
  },
}
const token: Setting<string> = {
  flag: 'token',
  placeholder: 'text',
  help: 'documents, nodes: the token that is shown; weft token makes one',
  secret: true,
  parse: plain,
}
const json: Setting<boolean> = {
  flag: 'json',
  help: 'documents, nodes: answer with JSON, as the API does',
  parse: isGiven,
}
const prefix: Setting<string> = {
  flag: 'prefix',
  placeholder: 'text',
  help: 'documents list, verify: only documents whose ids begin so',
  parse: plain,
}
const order: Setting<ListOrder> = {
  flag: 'order',
  placeholder: 'updated|name|created',
  help: 'documents list: what comes first',
  parse: (text) => {
    if (text === 'updated' || text === 'name' || text === 'created') return text
    throw new ConfigurationError(`--order takes updated, name or created, not "${text}"`)
  },
}
const limit: Setting<number> = {
  flag: 'limit',
  placeholder: 'number',
  help: 'documents list, trash: how many at most; 50 where it is left away',
  parse: (text) => {
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
    throw new ConfigurationError(`--limit takes a number from 1, not "${text}"`)
  },
}
const title: Setting<string> = {
  flag: 'title',
  placeholder: 'text',
  help: 'documents create: its title',
  parse: plain,
}
const forever: Setting<boolean> = {
  flag: 'forever',
  help: 'documents delete: erase it, in place of moving it to the trash',
  typed: true,
  parse: isGiven,
}
const all: Setting<boolean> = { flag: 'all', help: 'documents verify: all documents', typed: true, parse: isGiven }

/** What a person asks of the API with, beside the command's own flags. */
const common = [url, token, json]

/** What each verb does. */
const verbs: Readonly<Record<DocumentsTask['verb'], string>> = {
  list: 'list documents, those changed last ahead',
  show: '<id>: what is known of one, and who has it open',
  create: '[<id>]: make a new one',
  delete: '<id>: move one to the trash',
  restore: '<id>: bring one back from the trash',
  trash: 'list what is in the trash',
  verify:
    '<id>…, --prefix or --all: compare the log, its checkpoint and what nodes hold; exits with 1 where they differ',
  export: 'write all documents with their files to a file (--to), as weft backup does, from a server',
  import: 'merge such a file (--from) into the documents of a server',
}

/** The command's own lines of the help. */
export const documentsCommandHelp: readonly string[] = [
  ...Object.entries(verbs).map(([verb, text]) => `  weft documents ${verb.padEnd(8)} ${text}`),
  '',
  ...[...common, order, limit, title, forever, all].map(settingHelp),
]

/** @throws ConfigurationError */
export function readDocumentsInvocation(args: readonly string[], environment: NodeJS.ProcessEnv): DocumentsInvocation {
  const [verb = '', ...rest] = args
  const id = rest[0]?.startsWith('-') === false ? rest[0] : undefined
  const flags = id === undefined ? rest : rest.slice(1)
  const read = (...known: readonly Setting<unknown>[]) => settingReader([...common, ...known], flags, environment)
  const command = 'documents'
  switch (verb) {
    case 'list':
    case 'trash': {
      if (id !== undefined) throw new ConfigurationError(`weft documents ${verb} takes no id: say --prefix ${id}`)
      const value = read(prefix, limit, ...(verb === 'list' ? [order] : []))
      const part = { prefix: value(prefix, undefined), limit: value(limit, 50) }
      const task = verb === 'list' ? { verb, order: value(order, 'updated'), ...part } : { verb, ...part }
      return { command, api: apiConfig(value), task }
    }
    case 'create': {
      const value = read(title)
      return { command, api: apiConfig(value), task: { verb, id, title: value(title, undefined) } }
    }
    case 'delete': {
      const value = read(forever)
      return { command, api: apiConfig(value), task: { verb, id: named(verb, id), forever: value(forever, false) } }
    }
    case 'export': {
      const value = read(prefix, to)
      return {
        command,
        api: apiConfig(value),
        task: { verb, prefix: value(prefix, undefined), to: required(value, to) },
      }
    }
    case 'import': {
      const value = read(prefix, from, deleted)
      const part = { prefix: value(prefix, undefined), recreate: value(deleted, false) }
      return { command, api: apiConfig(value), task: { verb, from: required(value, from), ...part } }
    }
    case 'verify': {
      const ids = args.slice(1, 1 + leadingWords(rest))
      const value = settingReader([...common, prefix, all], rest.slice(ids.length), environment)
      return { command, api: apiConfig(value), task: { verb, selection: selected(ids, value) } }
    }
    case 'show':
    case 'restore':
      return { command, api: apiConfig(read()), task: { verb, id: named(verb, id) } }
    default: {
      const known = Object.keys(verbs).join(', ')
      throw new ConfigurationError(
        verb === '' || verb.startsWith('-')
          ? `weft documents takes one of ${known}`
          : `there is no weft documents ${verb}: there are ${known}`,
      )
    }
  }
}

/**
 * What `weft nodes` asks, where it asks a server; undefined where no server is named, or a store is named in its place.
 *
 * @throws ConfigurationError
 */
export function readNodesApi(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  store: Setting<string>,
): ApiConfig | undefined {
  const known = [...common, store]
  const given = settingReader(known, args, {})
  const byStore = given(store, undefined) !== undefined && given(url, undefined) === undefined
  const value = settingReader(known, args, environment)
  return byStore || value(url, undefined) === undefined ? undefined : apiConfig(value)
}

function apiConfig(value: ReturnType<typeof settingReader>): ApiConfig {
  return { url: value(url, defaultUrl), token: value(token, undefined), json: value(json, false) }
}

function required(value: ReturnType<typeof settingReader>, setting: Setting<string>): string {
  const text = value(setting, '')
  if (text !== '') return text
  throw new ConfigurationError(`--${setting.flag} must be given: a file, or - for a standard stream`)
}

function leadingWords(args: readonly string[]): number {
  const flag = args.findIndex((arg) => arg.startsWith('-'))
  return flag === -1 ? args.length : flag
}

/** What is read of all documents is much: that has to be said. */
function selected(ids: readonly string[], value: ReturnType<typeof settingReader>): Selection {
  const everything = value(all, false)
  if (everything && ids.length > 0) throw new ConfigurationError('weft documents verify takes ids or --all, not both')
  const begins = ids.length > 0 || everything ? undefined : value(prefix, undefined)
  if (ids.length > 0 || everything || begins !== undefined) return { ids, prefix: begins }
  throw new ConfigurationError('weft documents verify takes document ids, --prefix or --all')
}

function named(verb: string, id: string | undefined): string {
  if (id !== undefined) return id
  throw new ConfigurationError(`weft documents ${verb} takes a document id: weft documents ${verb} <id>`)
}
