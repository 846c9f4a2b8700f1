/**
 * What `npm test` does, in order of speed. A check passes or fails as one; tests are counted one by one.
 *
 * @typedef {object} Stage
 * @property {string} name
 * @property {'check' | 'tests'} kind
 * @property {readonly (readonly [string, ...string[]])[]} commands programs from node_modules/.bin and their arguments
 * @property {readonly (keyof typeof import('./real-parts.mjs').realParts)[]} needs
 */

/** @type {readonly Stage[]} */
export const stages = [
  { name: 'format', kind: 'check', commands: [['oxfmt', '--check', '.']], needs: [] },
  { name: 'lint', kind: 'check', commands: [['oxlint', '--deny-warnings']], needs: [] },
  {
    name: 'types',
    kind: 'check',
    commands: [
      ['tsc', '--project', '.'],
      ['tsc', '--project', 'scripts'],
    ],
    needs: [],
  },
  { name: 'knip', kind: 'check', commands: [['knip']], needs: [] },
  { name: 'unit', kind: 'tests', commands: [['vitest', 'run', '--project', 'unit']], needs: ['redis', 'sentinel'] },
  {
    name: 'integration',
    kind: 'tests',
    commands: [['vitest', 'run', '--project', 'integration']],
    needs: ['strace', 'redis', 'nginx', 'caddy'],
  },
  {
    name: 'chaos',
    kind: 'tests',
    commands: [['vitest', 'run', '--project', 'chaos']],
    needs: ['redis', 'sentinel', 'strace'],
  },
  {
    name: 'browser',
    kind: 'tests',
    commands: [['vitest', 'run', '--project', 'browser']],
    needs: ['chromium', 'redis'],
  },
]

/**
 * The stages that a command line asks for: all, or those after each `--stage`, and what else it says, which goes to them.
 *
 * @param {readonly string[]} args
 * @returns {{ chosen: readonly Stage[], rest: readonly string[] } | { wrong: string }}
 */
export function chooseStages(args) {
  /** @type {string[]} */
  const names = []
  /** @type {string[]} */
  const rest = []
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (arg === '--stage') names.push(args[++at] ?? '')
    else if (arg.startsWith('--stage=')) names.push(arg.slice('--stage='.length))
    else rest.push(arg)
  }
  const known = stages.map((stage) => stage.name)
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) return { wrong: `There is no stage "${unknown}": --stage takes ${known.join(', ')}.` }
  if (rest.length > 0 && names.length !== 1) {
    return { wrong: `Name the stage that "${rest.join(' ')}" is for: npm test -- --stage unit ${rest.join(' ')}` }
  }
  return { chosen: names.length === 0 ? stages : stages.filter((stage) => names.includes(stage.name)), rest }
}
