import { readFileSync } from 'node:fs'

/** What a program's first line has Node started with, as `--max-semi-space-size=8`. */
export function nodeFlagsOf(program: string): string[] {
  const [first = ''] = readFileSync(program, 'utf8').split('\n', 1)
  return first.split(' ').filter((word) => word.startsWith('--'))
}
