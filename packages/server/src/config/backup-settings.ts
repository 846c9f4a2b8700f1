import { ConfigurationError, type Setting, settings } from './settings.ts'
import { settingHelp, settingReader } from './read-settings.ts'
import { defaultDurability } from './store-fit.ts'

/** What `weft backup` runs with. */
export interface BackupConfig {
  readonly store: string
  /** A file, or `-` for standard output. */
  readonly to: string
  /** Only documents whose ids begin so. */
  readonly prefix: string
  /** Whether documents that cannot be read are left out. */
  readonly skipUnreadable: boolean
}

/** What `weft restore` runs with. */
export interface RestoreConfig {
  readonly store: string
  /** A file, or `-` for standard input. */
  readonly from: string
  /** Only documents whose ids begin so. */
  readonly prefix: string
  /** Whether documents that were deleted since are made anew. */
  readonly recreate: boolean
  readonly durability: string
}

/** A command that works on a store beside those that serve it. */
export type StoreInvocation =
  | { readonly command: 'backup'; readonly backup: BackupConfig }
  | { readonly command: 'restore'; readonly restore: RestoreConfig }

/** What each command is for. */
export const storeCommands: Readonly<Record<StoreInvocation['command'], string>> = {
  backup: 'write the documents of a store to a file, while it is served',
  restore: 'merge the documents of such a file into a store, while it is served',
}

export const to: Setting<string> = {
  flag: 'to',
  placeholder: 'file',
  help: 'backup, documents export: where to write; - for standard output',
  parse: (text) => text,
}
export const from: Setting<string> = {
  flag: 'from',
  placeholder: 'file',
  help: 'restore, documents import: what to read; - for standard input',
  parse: (text) => text,
}
const prefix: Setting<string> = {
  flag: 'prefix',
  placeholder: 'text',
  help: 'backup, restore: only documents whose ids begin so',
  parse: (text) => text,
}
const unreadable: Setting<boolean> = {
  flag: 'unreadable',
  placeholder: 'fail|skip',
  help: 'backup: what becomes of it where a document cannot be read',
  parse: secondOf('unreadable', 'fail', 'skip'),
}
export const deleted: Setting<boolean> = {
  flag: 'deleted',
  placeholder: 'skip|recreate',
  help: 'restore, documents import: what becomes of documents that were deleted there',
  parse: secondOf('deleted', 'skip', 'recreate'),
}

/** The commands' own lines of the help. */
export const storeCommandHelp: readonly string[] = [to, from, prefix, unreadable, deleted].map(settingHelp)

/** @throws ConfigurationError */
export function readStoreInvocation(
  command: StoreInvocation['command'],
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): StoreInvocation {
  if (command === 'backup') {
    const value = settingReader([settings.store, to, prefix, unreadable], args, environment)
    return {
      command,
      backup: {
        store: required(value(settings.store, undefined), settings.store),
        to: required(value(to, undefined), to),
        prefix: value(prefix, ''),
        skipUnreadable: value(unreadable, false),
      },
    }
  }
  const value = settingReader([settings.store, from, prefix, deleted, settings.durability], args, environment)
  const store = required(value(settings.store, undefined), settings.store)
  return {
    command,
    restore: {
      store,
      from: required(value(from, undefined), from),
      prefix: value(prefix, ''),
      recreate: value(deleted, false),
      durability: value(settings.durability, defaultDurability(store)),
    },
  }
}

/** No defaults here: what is read and what is overwritten should be what somebody named. */
function required(value: string | undefined, { flag, help }: Setting<unknown>): string {
  if (value === undefined || value === '') throw new ConfigurationError(`--${flag} must be given: ${help}`)
  return value
}

/** A choice of two: whether the second was taken. */
function secondOf(flag: string, first: string, second: string): (text: string) => boolean {
  return (text) => {
    if (text !== first && text !== second) {
      throw new ConfigurationError(`--${flag} takes ${first} or ${second}, not "${text}"`)
    }
    return text === second
  }
}
