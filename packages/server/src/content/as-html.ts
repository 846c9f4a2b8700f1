import type { DOMOutputSpec, Fragment, Mark, Node } from 'prosemirror-model'

/** Elements that have no end. */
const voidElements = new Set(['br', 'hr', 'img'])

/** Rich text as HTML. Safe where its addresses are: every text and attribute is escaped, and elements come from the schema. */
export function asHtml(content: Fragment): string {
  let html = ''
  let open: { readonly mark: Mark; readonly end: string }[] = []
  const close = (depth: number): void => {
    for (const { end } of open.slice(depth).toReversed()) html += end
    open = open.slice(0, depth)
  }
  content.forEach((node) => {
    const kept = open.findIndex(({ mark }, depth) => node.marks[depth]?.eq(mark) !== true)
    close(kept === -1 ? open.length : kept)
    for (const mark of node.marks.slice(open.length)) {
      const [begin, end] = rendered(mark.type.spec.toDOM?.(mark, true))
      html += begin
      open.push({ mark, end })
    }
    html += nodeHtml(node)
  })
  close(0)
  return html
}

function nodeHtml(node: Node): string {
  if (node.isText) return escaped(node.text ?? '')
  const [begin, end] = rendered(node.type.spec.toDOM?.(node))
  return begin + asHtml(node.content) + end
}

/** What stands before the content, and what after it. */
function rendered(spec: DOMOutputSpec | undefined): [begin: string, end: string] {
  if (!isArraySpec(spec)) return ['', '']
  const [name, second, ...rest] = spec
  const hasAttributes = isAttributes(second)
  const tag = `<${name}${hasAttributes ? attributes(second) : ''}>`
  if (voidElements.has(name)) return [tag, '']
  const [inner] = hasAttributes ? rest : [second]
  const [begin, end] = isArraySpec(inner) ? rendered(inner) : ['', '']
  return [tag + begin, `${end}</${name}>`]
}

type ArraySpec = readonly [string, ...unknown[]]

function isArraySpec(spec: unknown): spec is ArraySpec {
  return Array.isArray(spec) && typeof spec[0] === 'string'
}

function isAttributes(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function attributes(values: Readonly<Record<string, unknown>>): string {
  return Object.entries(values)
    .map(([name, value]) => (typeof value === 'string' ? ` ${name}="${escaped(value)}"` : ''))
    .join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as HTML shows it, in an element or in a quoted attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '')
}
