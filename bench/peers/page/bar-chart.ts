/** One group of bars, as the systems in one case. */
export interface BarGroup {
  readonly name: string
  readonly bars: readonly Bar[]
}

/** One bar with its spread over the rounds. */
export interface Bar {
  readonly name: string
  readonly value: number
  readonly least: number
  readonly most: number
  readonly text: string
}

const width = 720
const barHeight = 16
const labelWidth = 210
const valueWidth = 90
const gap = 26
const top = 40

/** Draws horizontal bars as an SVG that is readable on light and dark pages. Each group has a scale of its own. */
export function barChart(title: string, groups: readonly BarGroup[]): string {
  let at = top
  const parts: string[] = []
  for (const group of groups) {
    parts.push(text(0, at + 12, group.name, 'group'))
    at += 20
    const largest = Math.max(...group.bars.map(({ most }) => most), Number.MIN_VALUE)
    const scale = (width - labelWidth - valueWidth) / largest
    for (const bar of group.bars) {
      parts.push(barOf(bar, at, scale))
      at += barHeight + 3
    }
    at += gap - 10
  }
  const style = [
    'text { font: 12px system-ui, sans-serif; fill: #24292f }',
    '.title { font-weight: 600; font-size: 14px } .group { font-weight: 600 }',
    '.weft { fill: #2f6fd6 } .peer { fill: #9aa4b2 } .spread { stroke: #24292f; stroke-width: 1 }',
    '@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .spread { stroke: #e6edf3 } }',
  ].join(' ')
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${at}" width="${width}" height="${at}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style}</style>`,
    text(0, 18, title, 'title'),
    ...parts,
    '</svg>\n',
  ].join('\n')
}

function barOf(bar: Bar, y: number, scale: number): string {
  const middle = y + barHeight / 2
  const [from, to] = [bar.least, bar.most].map((value) => (labelWidth + value * scale).toFixed(1))
  return [
    text(0, y + 12, bar.name, 'name'),
    `<rect x="${labelWidth}" y="${y}" width="${Math.max(1, bar.value * scale).toFixed(1)}" height="${barHeight}" class="${bar.name.startsWith('weft') ? 'weft' : 'peer'}"/>`,
    ...(bar.least === bar.most ? [] : [`<line x1="${from}" x2="${to}" y1="${middle}" y2="${middle}" class="spread"/>`]),
    text(labelWidth + bar.most * scale + 6, y + 12, bar.text, 'value'),
  ].join('\n')
}

function text(x: number, y: number, content: string, kind: string): string {
  return `<text x="${x.toFixed(1)}" y="${y}" class="${kind}">${escaped(content)}</text>`
}

function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
