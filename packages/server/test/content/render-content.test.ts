import type { ContentFormat } from '@weft/protocol/http'
import { describe, expect, it, test } from 'vitest'
import * as Y from 'yjs'
import { renderContent } from '../../src/content/render-content.ts'
import { AmbiguousFieldError } from '../../src/content/shared-type.ts'
import { type Piece, richTextDocument } from '../support/rich-text.ts'

function render(doc: Y.Doc, as: ContentFormat, field?: string): string {
  // From its bytes, since that is how a document comes to the server: without the types that its writer named.
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return Buffer.from(renderContent(copy, { as, field })).toString()
}

const link = (href: string): Record<string, object> => ({ link: { href } })

const everything: readonly Piece[] = [
  ['heading', { level: 2 }, 'Minutes & more'],
  [
    'paragraph',
    {},
    { insert: 'bold', attributes: { bold: {} } },
    ' and ',
    { insert: 'both', attributes: { bold: {}, italic: {} } },
    ', ',
    { insert: 'site', attributes: link('https://example.org/a(b)') },
    ['hardBreak', {}],
    { insert: 'x < y', attributes: { code: {} } },
    { insert: ' gone', attributes: { strike: {} } },
    { insert: ' line', attributes: { underline: {} } },
  ],
  ['bulletList', {}, ['listItem', {}, ['paragraph', {}, 'one']], ['listItem', {}, ['paragraph', {}, 'two']]],
  ['orderedList', { start: 3 }, ['listItem', {}, ['paragraph', {}, 'three']]],
  ['blockquote', {}, ['paragraph', {}, 'said']],
  ['codeBlock', { language: 'ts' }, 'a\n```\nb'],
  ['horizontalRule', {}],
  [
    'table',
    {},
    ['tableRow', {}, ['tableHeader', {}, ['paragraph', {}, 'a|b']], ['tableHeader', { colspan: 2 }, ['paragraph', {}]]],
    ['tableRow', {}, ['tableCell', {}, ['paragraph', {}, '1'], ['paragraph', {}, '2']]],
  ],
  ['image', { src: 'https://example.org/i.png', alt: 'a "view"' }],
]

describe('rich text', () => {
  it('is read as what an editor would load', () => {
    const doc = richTextDocument([
      ['heading', { level: 1 }, 'Hi'],
      ['paragraph', {}, { insert: 'x', attributes: { bold: {}, ...link('https://a.example') } }],
    ])
    expect(JSON.parse(render(doc, 'json'))).toEqual({
      type: 'doc',
      content: [
        { type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: 'Hi' }] },
        {
          type: 'paragraph',
          content: [
            {
              type: 'text',
              text: 'x',
              marks: [{ type: 'bold' }, { type: 'link', attrs: { href: 'https://a.example' } }],
            },
          ],
        },
      ],
    })
  })

  it('becomes HTML, every text escaped', () => {
    expect(render(richTextDocument(everything), 'html')).toBe(
      '<h2>Minutes &amp; more</h2>' +
        '<p><strong>bold</strong> and <strong><em>both</em></strong>, ' +
        '<a href="https://example.org/a(b)" rel="noopener noreferrer nofollow">site</a><br>' +
        '<code>x &lt; y</code><s> gone</s><u> line</u></p>' +
        '<ul><li><p>one</p></li><li><p>two</p></li></ul>' +
        '<ol start="3"><li><p>three</p></li></ol>' +
        '<blockquote><p>said</p></blockquote>' +
        '<pre><code class="language-ts">a\n```\nb</code></pre>' +
        '<hr>' +
        '<table><tbody><tr><th><p>a|b</p></th><th colspan="2"><p></p></th></tr>' +
        '<tr><td><p>1</p><p>2</p></td></tr></tbody></table>' +
        '<img src="https://example.org/i.png" alt="a &quot;view&quot;">',
    )
  })

  it('becomes Markdown', () => {
    expect(render(richTextDocument(everything), 'markdown')).toBe(
      [
        '## Minutes & more',
        '**bold** and ***both***, [site](https://example.org/a%28b%29)\\\n`x < y` ~~gone~~ line',
        '- one\n- two',
        '3. three',
        '> said',
        '````ts\na\n```\nb\n````',
        '---',
        '| a\\|b |  |\n| --- | --- |\n| 1 2 |  |',
        '![a "view"](https://example.org/i.png)',
      ].join('\n\n'),
    )
  })

  it('becomes plain text, a line for each block', () => {
    expect(render(richTextDocument(everything), 'text')).toBe(
      [
        'Minutes & more',
        'bold and both, site',
        'x < y gone line',
        'one',
        'two',
        'three',
        'said',
        'a',
        '```',
        'b',
        'a|b',
        '',
        '1',
        '2',
      ].join('\n'),
    )
  })

  it.each([
    'javascript:alert(1)',
    'java\nscript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    '//example.org',
  ])('leaves out the address %j and keeps its text', (address) => {
    const doc = richTextDocument([
      ['paragraph', {}, { insert: 'text', attributes: link(address) }],
      ['image', { src: address, alt: 'shown' }],
    ])
    expect(render(doc, 'html')).toBe('<p>text</p><p>shown</p>')
    expect(render(doc, 'markdown')).toBe('text\n\nshown')
  })

  it('lets nothing out of an attribute or an element', () => {
    const doc = richTextDocument([
      ['heading', { level: '1><script>alert(1)</script>' }, '</h1><script>alert(1)</script>'],
      ['codeBlock', { language: '"><script>' }, 'x'],
      ['image', { src: 'https://e.example/"onerror="alert(1)', alt: '"><script>' }],
      ['script', {}, 'alert(1)'],
      ['paragraph', { onclick: 'alert(1)' }, { insert: 'a', attributes: { onclick: { 'x onclick': 'alert(1)' } } }],
      ['constructor', {}, ['__proto__', {}, 'b']],
    ])
    const html = render(doc, 'html')
    expect(html).not.toMatch(/<script|"onerror|onclick/)
    expect(html).toMatch(/^<h1>&lt;\/h1&gt;&lt;script/)
    expect(html).toMatch(/<p>alert\(1\)<\/p><p>a<\/p><p>b<\/p>$/)
  })

  it('of another editor gives what it holds', () => {
    const doc = richTextDocument([
      ['blockGroup', {}, ['blockContainer', { id: 'x' }, ['callout', {}, 'note ', ['mention', { id: 1 }], 'this']]],
      ['image', { src: 'https://example.org/i.png' }],
    ])
    expect(render(doc, 'html')).toBe('<p>note this</p><img src="https://example.org/i.png" alt="">')
    expect(render(doc, 'text')).toBe('note this')
    expect(JSON.parse(render(doc, 'json'))).toMatchObject({ content: [{ type: 'blockGroup' }, { type: 'image' }] })
  })

  it('keeps code out of its fence, and a title out of its address', () => {
    const doc = richTextDocument([
      ['codeBlock', { language: 'a`\nb c' }, 'x'],
      ['image', { src: 'https://example.org/a b)', alt: '](x)', title: 'a"b' }],
    ])
    expect(render(doc, 'markdown')).toBe('```abc\nx\n```\n\n![\\](x)](https://example.org/a%20b%29 "a\\"b")')
  })
})

describe('other shared types', () => {
  it('a text stays the source that it is', () => {
    const doc = new Y.Doc()
    doc.getText('source').applyDelta([{ insert: '# <b>', attributes: { bold: true } }, { insert: { image: 'x' } }])
    expect(render(doc, 'text')).toBe('# <b>')
    expect(render(doc, 'markdown')).toBe('# <b>')
    expect(render(doc, 'html')).toBe('<pre># &lt;b&gt;</pre>')
    expect(JSON.parse(render(doc, 'json'))).toEqual([
      { insert: '# <b>', attributes: { bold: true } },
      { insert: { image: 'x' } },
    ])
  })

  it('a map and an array are data, whatever Yjs lets them hold', () => {
    const doc = new Y.Doc()
    doc.getMap('settings').set('a', { list: [1, null], big: 12n, bytes: new Uint8Array([1, 2]) })
    expect(JSON.parse(render(doc, 'json'))).toEqual({ a: { list: [1, null], big: '12', bytes: 'AQI=' } })
    expect(render(doc, 'markdown')).toMatch(/^```json\n\{\n {2}"a"/)
    const list = new Y.Doc()
    list.getArray('items').push(['<b>', new Y.Map([['k', 'v']])])
    expect(JSON.parse(render(list, 'json'))).toEqual(['<b>', { k: 'v' }])
    expect(render(list, 'html')).toContain('&lt;b&gt;')
    expect(JSON.parse(render(list, 'text'))).toHaveLength(2)
  })

  it('the web app’s is meant where there are several, else one must be named', () => {
    const doc = richTextDocument([['paragraph', {}, 'rich']])
    doc.getMap('meta').set('a', 1)
    expect(render(doc, 'text')).toBe('rich')
    expect(JSON.parse(render(doc, 'json', 'meta'))).toEqual({ a: 1 })
    const several = new Y.Doc()
    several.getMap('a').set('x', 1)
    several.getText('b').insert(0, 'x')
    expect(() => render(several, 'json')).toThrow(AmbiguousFieldError)
    expect(() => render(several, 'json')).toThrow('name one of "a", "b"')
  })

  it.each<[ContentFormat, string]>([
    ['json', '{"type":"doc","content":[]}'],
    ['text', ''],
    ['html', ''],
    ['markdown', ''],
  ])('an empty document as %s is an empty rendering', (as, expected) => {
    expect(render(new Y.Doc(), as)).toBe(expected)
    expect(render(new Y.Doc(), as, 'nothing')).toBe(expected)
  })

  it('what was emptied is empty, not something else', () => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'x')
    doc.getText('t').delete(0, 1)
    expect(render(doc, 'text')).toBe('')
  })
})

test('the whole state as an update', () => {
  const doc = richTextDocument([['paragraph', {}, 'x']])
  const copy = new Y.Doc()
  Y.applyUpdate(copy, renderContent(doc, { as: 'update', field: undefined }))
  expect(render(copy, 'text')).toBe('x')
})
