import { isSafeImage, isSafeLink } from '@weft/protocol'
import { type Attrs, Mark, type Node } from 'prosemirror-model'
import type { ContentMark, ContentNode } from './content-node.ts'
import { richTextSchema } from './rich-text-schema.ts'

/**
 * Rich text as far as the web app's schema knows it, which is what can be rendered safely. A node of another editor gives what
 * it holds, an address that is not safe goes and leaves its text. The nodes may stand where the schema would not have them.
 */
export function fitted(nodes: readonly ContentNode[]): Node {
  return richTextSchema.topNodeType.create(null, blocks(nodes))
}

type Values = Readonly<Record<string, unknown>>

/** The attributes that a node or mark may have, of those that it has; undefined where it must not be there. */
const cleaners: Readonly<Record<string, (attrs: Values) => Attrs | undefined>> = {
  heading: ({ level }) => ({ level: whole(level, 1, 6) }),
  codeBlock: ({ language }) => ({ language: textOr(language) }),
  orderedList: ({ start }) => ({ start: whole(start, 0, 1_000_000_000) }),
  tableCell: ({ colspan, rowspan }) => ({ colspan: whole(colspan, 1, 1000), rowspan: whole(rowspan, 1, 1000) }),
  tableHeader: ({ colspan, rowspan }) => ({ colspan: whole(colspan, 1, 1000), rowspan: whole(rowspan, 1, 1000) }),
  image: ({ src, alt, title }) =>
    typeof src === 'string' && isSafeImage(src) ? { src, alt: textOr(alt), title: textOr(title) } : undefined,
  link: ({ href, title }) =>
    typeof href === 'string' && isSafeLink(href) ? { href, title: textOr(title) } : undefined,
}

function whole(value: unknown, least: number, most: number): number {
  const number = Number(value ?? 1)
  return Number.isInteger(number) && number >= least && number <= most ? number : 1
}

function textOr(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function cleaned({ type, attrs = {} }: ContentNode | ContentMark): Attrs | undefined {
  const clean = Object.hasOwn(cleaners, type) ? cleaners[type] : undefined
  return clean === undefined ? {} : clean(attrs)
}

function blocks(nodes: readonly ContentNode[]): Node[] {
  const result: Node[] = []
  let run: ContentNode[] = []
  const endRun = (): void => {
    if (run.length > 0) result.push(richTextSchema.node('paragraph', null, inline(run)))
    run = []
  }
  for (const node of nodes) {
    if (isInline(node)) {
      run.push(node)
      continue
    }
    // Nothing of it can be shown, and what stands around it is one line.
    if (node.content === undefined && typeOf(node.type) === undefined) continue
    endRun()
    result.push(...block(node))
  }
  endRun()
  return result
}

function block(node: ContentNode): Node[] {
  const { type, content = [] } = node
  const known = typeOf(type)
  if (known === undefined) return blocks(content)
  const attrs = cleaned(node)
  if (attrs === undefined) return altText(node)
  if (known.isLeaf) return [known.create(attrs)]
  return [known.create(attrs, known.inlineContent ? inline(content) : blocks(content))]
}

function inline(nodes: readonly ContentNode[]): Node[] {
  return nodes.flatMap((node) => {
    if (node.type === 'text') {
      return node.text ? [richTextSchema.text(node.text, marksOf(node.marks ?? []))] : []
    }
    const known = typeOf(node.type)
    const attrs = cleaned(node)
    if (known?.isLeaf === true && attrs !== undefined) return [known.create(attrs)]
    return inline(node.content ?? [])
  })
}

/** The image is not there, what it shows is. */
function altText({ attrs }: ContentNode): Node[] {
  const alt = textOr(attrs?.['alt'])
  return alt ? [richTextSchema.node('paragraph', null, richTextSchema.text(alt))] : []
}

function isInline({ type }: ContentNode): boolean {
  return typeOf(type)?.isInline === true
}

function typeOf(name: string): (typeof richTextSchema)['nodes'][string] | undefined {
  return Object.hasOwn(richTextSchema.nodes, name) ? richTextSchema.nodes[name] : undefined
}

function marksOf(marks: readonly ContentMark[]): readonly Mark[] {
  let set: readonly Mark[] = Mark.none
  for (const mark of marks) {
    const type = Object.hasOwn(richTextSchema.marks, mark.type) ? richTextSchema.marks[mark.type] : undefined
    const attrs = cleaned(mark)
    if (type !== undefined && attrs !== undefined) set = type.create(attrs).addToSet(set)
  }
  return set
}
