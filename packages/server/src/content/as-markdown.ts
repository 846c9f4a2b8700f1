import type { Node } from 'prosemirror-model'
import { defaultMarkdownSerializer, MarkdownSerializer, type MarkdownSerializerState } from 'prosemirror-markdown'

const { nodes, marks } = defaultMarkdownSerializer

type RenderNode = (state: MarkdownSerializerState, node: Node, parent: Node, index: number) => void

/** Rich text as CommonMark with the tables and the strikethrough of GitHub's. Markdown has no underlining: it goes. */
export function asMarkdown(doc: Node): string {
  return serializer.serialize(doc, { tightLists: true })
}

const codeBlock: RenderNode = (state, node) => {
  const longest = Math.max(2, ...(node.textContent.match(/`{3,}/g) ?? []).map(({ length }) => length))
  const fence = '`'.repeat(longest + 1)
  // A language that could end the line, or the fence, would let the code out of its block.
  const language = String(node.attrs['language'] ?? '').replace(/[\s`]/g, '')
  state.write(`${fence}${language}\n`)
  state.text(node.textContent, false)
  state.write('\n')
  state.write(fence)
  state.closeBlock(node)
}

const orderedList: RenderNode = (state, node) => {
  const first = Number(node.attrs['start'])
  state.renderList(node, '   ', (index) => `${first + index}. `)
}

const image: RenderNode = (state, node) => {
  const { src, alt, title } = node.attrs
  const shown = title ? ` "${String(title).replace(/["\\]/g, String.raw`\$&`)}"` : ''
  state.write(`![${state.esc(String(alt ?? ''))}](${address(String(src))}${shown})`)
  state.closeBlock(node)
}

/** Spaces, brackets and line breaks would end the address. */
function address(url: string): string {
  return url.replace(/[\s()<>\\]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`)
}

/** A cell is one line: its blocks are joined, and what would end it is escaped. */
function cellText(cell: Node): string {
  const text = serializer.serialize(cell.type.schema.topNodeType.create(null, cell.content), { tightLists: true })
  return text
    .trim()
    .replaceAll('|', String.raw`\|`)
    .replace(/\\\n/g, '<br>')
    .replace(/\s*\n\s*/g, ' ')
}

const table: RenderNode = (state, node) => {
  const rows: string[][] = []
  node.forEach((row) => {
    const cells: string[] = []
    row.forEach((cell) => cells.push(cellText(cell)))
    rows.push(cells)
  })
  const width = Math.max(1, ...rows.map(({ length }) => length))
  const line = (cells: readonly string[]): string =>
    `| ${Array.from({ length: width }, (_, column) => cells[column] ?? '').join(' | ')} |`
  const [head = [], ...body] = rows
  const lines = [line(head), line(Array.from({ length: width }, () => '---')), ...body.map(line)]
  for (const [index, text] of lines.entries()) {
    if (index > 0) state.ensureNewLine()
    state.write(text)
  }
  state.closeBlock(node)
}

function own(name: string): RenderNode {
  const render = nodes[name]
  if (render === undefined) throw new Error(`prosemirror-markdown renders no ${name}`)
  return render
}

const serializer: MarkdownSerializer = new MarkdownSerializer(
  {
    blockquote: own('blockquote'),
    bulletList: (state, node) => state.renderList(node, '  ', () => '- '),
    codeBlock,
    hardBreak: own('hard_break'),
    heading: own('heading'),
    horizontalRule: own('horizontal_rule'),
    image,
    listItem: own('list_item'),
    orderedList,
    paragraph: own('paragraph'),
    table,
    // Where they stand outside a table.
    tableRow: (state, node) => state.renderContent(node),
    tableCell: (state, node) => state.renderContent(node),
    tableHeader: (state, node) => state.renderContent(node),
    text: own('text'),
  },
  {
    bold: { open: '**', close: '**', mixable: true, expelEnclosingWhitespace: true },
    code: marks['code'] ?? { open: '`', close: '`', escape: false },
    italic: { open: '*', close: '*', mixable: true, expelEnclosingWhitespace: true },
    link: { open: '[', close: (_state, mark) => `](${address(String(mark.attrs['href']))})`, mixable: true },
    strike: { open: '~~', close: '~~', mixable: true, expelEnclosingWhitespace: true },
    underline: { open: '', close: '', mixable: true },
  },
  { hardBreakNodeName: 'hardBreak' },
)
