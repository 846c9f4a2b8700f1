/** What a source file imports and names, by a real parser: TypeScript 7 has no stable one of its own to offer. */
import { parseSync } from 'oxc-parser'

/** One import of any kind: static, for types, re-export, dynamic, `import('…')` as a type, or a worker's file. */
export interface SourceImport {
  readonly specifier: string
  /** The names that are taken from it; `*` for all of them. */
  readonly names: readonly string[]
}

/** What the rules need to know of a file. */
export interface Source {
  readonly imports: readonly SourceImport[]
  /** Every identifier that stands for itself, so neither a property's name nor a key. */
  readonly names: ReadonlySet<string>
  /** Every member that is taken from a plain identifier, as `process.env`. */
  readonly members: ReadonlySet<string>
  /** Identifiers that are used as a whole, not only for one of their members. */
  readonly wholes: ReadonlySet<string>
}

/**
 * @param path its ending tells the language
 * @throws Error where it does not parse, or imports what only running it would tell
 */
export function readSource(path: string, text: string): Source {
  const { program, errors } = parseSync(path, text)
  const [error] = errors
  if (error !== undefined) throw new Error(`${path} does not parse: ${error.message}`)
  const reader = new SourceReader(path)
  reader.walk(program, undefined, '')
  return reader
}

type Node = Readonly<Record<string, unknown>> & { readonly type: string }

class SourceReader implements Source {
  readonly imports: SourceImport[] = []
  readonly names = new Set<string>()
  readonly members = new Set<string>()
  readonly wholes = new Set<string>()
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  walk(value: unknown, parent: Node | undefined, key: string): void {
    if (Array.isArray(value)) {
      for (const item of value) this.walk(item, parent, key)
      return
    }
    if (!isNode(value)) return
    this.#visit(value, parent, key)
    for (const [childKey, child] of Object.entries(value)) this.walk(child, value, childKey)
  }

  #visit(node: Node, parent: Node | undefined, key: string): void {
    switch (node.type) {
      case 'ImportDeclaration':
        this.#addImport(node['source'], importedNames(node['specifiers']))
        break
      case 'ExportNamedDeclaration':
        if (node['source'] !== null) this.#addImport(node['source'], importedNames(node['specifiers']))
        break
      case 'ExportAllDeclaration':
      case 'ImportExpression':
      case 'TSImportType':
        this.#addImport(node['source'], ['*'])
        break
      case 'TSExternalModuleReference':
        this.#addImport(node['expression'], ['*'])
        break
      case 'CallExpression':
        if (nameOf(node['callee']) === 'require') this.#addImport(first(node['arguments']), ['*'])
        break
      case 'NewExpression':
        this.#addModuleUrl(node)
        break
      case 'MemberExpression':
        this.#addMember(node)
        break
      case 'Identifier':
        this.#addName(node, parent, key)
        break
      default:
    }
  }

  #addImport(source: unknown, names: readonly string[]): void {
    const specifier = textOf(source)
    if (specifier === undefined) throw new Error(`${this.#path} imports what only running it would tell`)
    this.imports.push({ specifier, names })
  }

  /** `new URL('./worker.ts', import.meta.url)` loads a file as an import does. */
  #addModuleUrl(node: Node): void {
    const specifier = textOf(first(node['arguments']))
    if (nameOf(node['callee']) !== 'URL' || specifier === undefined) return
    if (/^\.\.?\/.*\.tsx?$/.test(specifier)) this.imports.push({ specifier, names: ['*'] })
  }

  #addMember(node: Node): void {
    const object = nameOf(node['object'])
    const property = node['computed'] === true ? textOf(node['property']) : nameOf(node['property'])
    if (object !== undefined && property !== undefined) this.members.add(`${object}.${property}`)
  }

  #addName(node: Node, parent: Node | undefined, key: string): void {
    const name = String(node['name'])
    const isPlainMember = parent?.type === 'MemberExpression' && key === 'property' && parent['computed'] !== true
    // A key of an object, a class or an interface names nothing; a shorthand names what its value says.
    const isKey = key === 'key' && parent?.['computed'] !== true
    if (isPlainMember || isKey) return
    this.names.add(name)
    const isPart = parent?.type === 'MemberExpression' && key === 'object'
    if (!isPart || parent['computed'] === true) this.wholes.add(name)
  }
}

function importedNames(specifiers: unknown): readonly string[] {
  if (!Array.isArray(specifiers)) return []
  return specifiers.filter(isNode).map((specifier) => {
    if (specifier.type === 'ImportNamespaceSpecifier') return '*'
    if (specifier.type === 'ImportDefaultSpecifier') return 'default'
    const imported = specifier.type === 'ExportSpecifier' ? specifier['local'] : specifier['imported']
    return nameOf(imported) ?? textOf(imported) ?? '*'
  })
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined
}

function textOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined
}

function first(list: unknown): unknown {
  return Array.isArray(list) ? list[0] : undefined
}
