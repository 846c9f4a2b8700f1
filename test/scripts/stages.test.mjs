import { describe, expect, test } from 'vitest'
import { chooseStages, stages } from '../../scripts/stages.mjs'

/** @param {...string} args */
function choose(...args) {
  const choice = chooseStages(args)
  return 'wrong' in choice ? choice.wrong : [choice.chosen.map((stage) => stage.name), choice.rest]
}

describe('npm test', () => {
  test('runs every stage, the quick ones first', () => {
    const all = ['format', 'lint', 'types', 'knip', 'unit', 'integration', 'chaos', 'browser']
    expect(stages.map((stage) => stage.name)).toEqual(all)
    expect(choose()).toEqual([all, []])
  })

  test('runs the stages that are named, and hands one what stands beside it', () => {
    expect(choose('--stage', 'unit', '--stage=lint')).toEqual([['lint', 'unit'], []])
    expect(choose('--stage', 'unit', 'packages/server', '-t', 'R4')).toEqual([
      ['unit'],
      ['packages/server', '-t', 'R4'],
    ])
  })

  test('says what it takes where it is asked for something else', () => {
    expect(choose('--stage', 'e2e')).toBe(
      'There is no stage "e2e": --stage takes format, lint, types, knip, unit, integration, chaos, browser.',
    )
    expect(choose('--stage')).toMatch(/^There is no stage ""/)
    expect(choose('room.test.ts')).toMatch(/--stage unit room\.test\.ts/)
  })
})
