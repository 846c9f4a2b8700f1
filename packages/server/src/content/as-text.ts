import type { ContentNode } from './content-node.ts'

/** Rich text as plain text: one line for each block that holds text, whatever the schema. */
export function asText(nodes: readonly ContentNode[]): string {
  const lines: string[] = []
  collect(nodes, lines)
  return lines.join('\n')
}

function collect(nodes: readonly ContentNode[], lines: string[]): void {
  let run: string | undefined
  for (const node of nodes) {
    if (node.type === 'text' || node.type === 'hardBreak') {
      run = (run ?? '') + (node.text ?? '\n')
      continue
    }
    if (node.content === undefined && !emptyLines.has(node.type)) continue
    if (run !== undefined) lines.push(run)
    run = undefined
    if (node.content !== undefined) collect(node.content, lines)
    else lines.push('')
  }
  if (run !== undefined) lines.push(run)
}

/** Blocks that are a line even where they hold nothing. */
const emptyLines: ReadonlySet<string> = new Set(['paragraph', 'heading', 'codeBlock'])
