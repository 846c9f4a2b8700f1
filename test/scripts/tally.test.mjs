import { describe, expect, test } from 'vitest'
import { failuresIn, showTally, sumTallies, tallyReport } from '../../scripts/tally.mjs'

/** @param {...{ status: string, tests: string[] }} files */
function report(...files) {
  return JSON.stringify({
    testResults: files.map(({ status, tests }) => ({
      status,
      assertionResults: tests.map((test) => ({ status: test })),
    })),
  })
}

describe('what a stage of tests comes to', () => {
  test('passed and failed tests are counted', () => {
    const text = report(
      { status: 'failed', tests: ['passed', 'failed', 'failed'] },
      { status: 'passed', tests: ['passed'] },
    )
    expect(tallyReport(text, false)).toEqual({ passed: 2, failed: 2 })
  })

  test('a file that could not be loaded counts as one failure beside the others', () => {
    const text = report({ status: 'failed', tests: [] }, { status: 'failed', tests: ['passed', 'failed'] })
    expect(tallyReport(text, false)).toEqual({ passed: 1, failed: 2 })
  })

  test('a run in which all passed, but which ended badly, failed', () => {
    expect(tallyReport(report({ status: 'passed', tests: ['passed'] }), false)).toEqual({ passed: 1, failed: 1 })
  })

  test.each([
    ['no report', undefined],
    ['half a report', '{"testRes'],
    ['a report of no tests', report()],
    ['a report of skipped tests only', report({ status: 'passed', tests: ['skipped'] })],
  ])('%s is a failure, however the run ended', (_, text) => {
    expect(tallyReport(text, true)).toEqual({ passed: 0, failed: 1 })
    expect(tallyReport(text, false)).toEqual({ passed: 0, failed: 1 })
  })
})

test('each failure is named, with the first line of its reason', () => {
  const text = JSON.stringify({
    testResults: [
      { status: 'failed', name: 'a.test.ts', message: 'Cannot find ./b\n    at c', assertionResults: [] },
      {
        status: 'failed',
        name: 'd.test.ts',
        message: '',
        assertionResults: [
          { status: 'passed', fullName: 'works' },
          { status: 'failed', fullName: 'breaks', failureMessages: ['Error: it broke\n    at e'] },
        ],
      },
    ],
  })
  expect(failuresIn(text)).toEqual(['a.test.ts\n    Cannot find ./b', 'd.test.ts > breaks\n    Error: it broke'])
  expect(failuresIn(undefined)).toEqual([])
  expect(failuresIn('{"testRes')).toEqual([])
})

test('the last line is the sum over all stages', () => {
  const stages = [{ passed: 1, failed: 0 }, { passed: 0, failed: 1 }, tallyReport(undefined, true)]
  expect(showTally(sumTallies(stages))).toBe('1 passed, 2 failed')
})
