import { isSafeImage, isSafeLink } from '@weft/protocol'
import { type DOMOutputSpec, type MarkSpec, type NodeSpec, Schema } from 'prosemirror-model'

/**
 * What a document of the web app's editor may hold: names, contents and attributes are those of its Tiptap extensions, which
 * a test compares. It is written anew here so that the server needs no editor.
 */

const paragraph: NodeSpec = { group: 'block', content: 'inline*', parseDOM: [{ tag: 'p' }], toDOM: () => ['p', 0] }

const text: NodeSpec = { group: 'inline' }

const heading: NodeSpec = {
  group: 'block',
  content: 'inline*',
  defining: true,
  attrs: { level: { default: 1 } },
  parseDOM: [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level: Math.min(level, 3) } })),
  toDOM: ({ attrs }) => [`h${String(attrs['level'])}`, 0],
}

const blockquote: NodeSpec = {
  group: 'block',
  content: 'block+',
  defining: true,
  parseDOM: [{ tag: 'blockquote' }],
  toDOM: () => ['blockquote', 0],
}

const codeBlock: NodeSpec = {
  group: 'block',
  content: 'text*',
  marks: '',
  code: true,
  defining: true,
  attrs: { language: { default: null } },
  parseDOM: [{ tag: 'pre', preserveWhitespace: 'full', getAttrs: (element) => ({ language: languageOf(element) }) }],
  toDOM: ({ attrs: { language } }): DOMOutputSpec =>
    typeof language === 'string' ? ['pre', ['code', { class: `language-${language}` }, 0]] : ['pre', ['code', 0]],
}

function languageOf(element: HTMLElement): string | null {
  const name = element.querySelector('code')?.getAttribute('class') ?? ''
  return /(?:^|\s)language-(\S+)/.exec(name)?.[1] ?? null
}

const bulletList: NodeSpec = {
  group: 'block list',
  content: 'listItem+',
  parseDOM: [{ tag: 'ul' }],
  toDOM: () => ['ul', 0],
}

const orderedList: NodeSpec = {
  group: 'block list',
  content: 'listItem+',
  attrs: { start: { default: 1 }, type: { default: null } },
  parseDOM: [{ tag: 'ol', getAttrs: (element) => ({ start: wholeNumber(element.getAttribute('start')) }) }],
  toDOM: ({ attrs: { start } }): DOMOutputSpec => (start === 1 ? ['ol', 0] : ['ol', { start: String(start) }, 0]),
}

const listItem: NodeSpec = {
  content: 'paragraph block*',
  defining: true,
  parseDOM: [{ tag: 'li' }],
  toDOM: () => ['li', 0],
}

const horizontalRule: NodeSpec = { group: 'block', parseDOM: [{ tag: 'hr' }], toDOM: () => ['hr'] }

const hardBreak: NodeSpec = {
  group: 'inline',
  inline: true,
  selectable: false,
  parseDOM: [{ tag: 'br' }],
  toDOM: () => ['br'],
}

const image: NodeSpec = {
  group: 'block',
  attrs: {
    src: { default: null },
    alt: { default: null },
    title: { default: null },
    width: { default: null },
    height: { default: null },
  },
  parseDOM: [
    {
      tag: 'img[src]',
      getAttrs: (element) => {
        const src = element.getAttribute('src') ?? ''
        if (!isSafeImage(src)) return false
        return { src, alt: element.getAttribute('alt'), title: element.getAttribute('title') }
      },
    },
  ],
  toDOM: ({ attrs: { src, alt, title } }) => [
    'img',
    { src: String(src), alt: String(alt ?? ''), title: textOrNull(title) },
  ],
}

const table: NodeSpec = {
  group: 'block',
  content: 'tableRow+',
  isolating: true,
  tableRole: 'table',
  parseDOM: [{ tag: 'table' }],
  toDOM: () => ['table', ['tbody', 0]],
}

const tableRow: NodeSpec = {
  content: '(tableCell | tableHeader)*',
  tableRole: 'row',
  parseDOM: [{ tag: 'tr' }],
  toDOM: () => ['tr', 0],
}

const cell = (tag: 'td' | 'th', tableRole: string): NodeSpec => ({
  content: 'block+',
  isolating: true,
  tableRole,
  attrs: {
    colspan: { default: 1 },
    rowspan: { default: 1 },
    colwidth: { default: null },
    align: { default: null },
  },
  parseDOM: [
    {
      tag,
      getAttrs: (element) => ({
        colspan: wholeNumber(element.getAttribute('colspan')),
        rowspan: wholeNumber(element.getAttribute('rowspan')),
      }),
    },
  ],
  toDOM: ({ attrs: { colspan, rowspan } }) => [
    tag,
    { colspan: colspan === 1 ? null : String(colspan), rowspan: rowspan === 1 ? null : String(rowspan) },
    0,
  ],
})

/** How far a cell spans, or where a list begins: at least 1, and no number that would make a reader allocate for ever. */
function wholeNumber(value: string | null): number {
  const number = Number(value ?? 1)
  return Number.isInteger(number) && number >= 1 && number <= 1000 ? number : 1
}

/** An attribute that is not there is null. */
function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

const link: MarkSpec = {
  attrs: {
    href: { default: null },
    target: { default: '_blank' },
    rel: { default: 'noopener noreferrer nofollow' },
    class: { default: null },
    title: { default: null },
  },
  inclusive: true,
  parseDOM: [
    {
      tag: 'a[href]',
      getAttrs: (element) => {
        const href = element.getAttribute('href') ?? ''
        return isSafeLink(href) ? { href, title: element.getAttribute('title') } : false
      },
    },
  ],
  toDOM: ({ attrs: { href, title } }) => [
    'a',
    { href: String(href), rel: 'noopener noreferrer nofollow', title: textOrNull(title) },
    0,
  ],
}

const simple = (...tags: readonly [string, ...string[]]): MarkSpec => ({
  parseDOM: tags.map((tag) => ({ tag })),
  toDOM: () => [tags[0], 0],
})

/** See above. */
export const richTextSchema: Schema = new Schema({
  nodes: {
    // The first one is what fills a place that needs content.
    paragraph,
    blockquote,
    bulletList,
    codeBlock,
    doc: { content: 'block+' },
    hardBreak,
    heading,
    horizontalRule,
    listItem,
    orderedList,
    text,
    table,
    tableCell: cell('td', 'cell'),
    tableHeader: cell('th', 'header_cell'),
    tableRow,
    image,
  },
  marks: {
    link,
    bold: simple('strong', 'b'),
    code: { ...simple('code'), excludes: '_', code: true },
    italic: simple('em', 'i'),
    strike: simple('s', 'del', 'strike'),
    underline: simple('u'),
  },
})
