import { afterEach, describe, expect, it, vi } from 'vitest'
import { oneOf, runCommand, UsageError, wholeNumber } from '../../bench/support/arguments.ts'
import { printReport } from '../../bench/support/report.ts'

afterEach(() => {
  vi.restoreAllMocks()
  process.exitCode = undefined
})

describe('options', () => {
  it.each(['', ' ', '-1', '1.5', 'ten', '9007199254740992'])('refuse "%s" as a whole number, by their name', (text) => {
    expect(() => wholeNumber('rounds', text)).toThrow(UsageError)
    expect(() => wholeNumber('rounds', text)).toThrow('--rounds takes a whole number from 0')
  })

  it('take numbers from the least on, and words that they know', () => {
    expect(wholeNumber('rounds', '3', 3)).toBe(3)
    expect(() => wholeNumber('rounds', '2', 3)).toThrow('from 3')
    expect(oneOf('offence', 'tiny', ['tiny', 'slow'])).toBe('tiny')
    expect(() => oneOf('offence', 'huge', ['tiny', 'slow'])).toThrow('--offence takes tiny or slow, not "huge"')
  })
})

describe('a command', () => {
  it.each([
    ['passes', (): Promise<boolean> => Promise.resolve(true), 0],
    ['does not pass', (): Promise<boolean> => Promise.resolve(false), 1],
    ['fails', (): Promise<boolean> => Promise.reject(new Error('broken')), 1],
    ['was called wrongly', (): Promise<boolean> => Promise.reject(new UsageError('--x takes y')), 2],
  ])('that %s says so with its exit code', async (_what, command, code) => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    await runCommand(command)
    expect(process.exitCode).toBe(code)
  })
})

describe('a report', () => {
  const report = {
    title: 'Edits',
    measures: [
      { name: 'rate', value: 1234, unit: '/s', goal: { atLeast: 2000 } },
      { name: 'time', value: 0.5, unit: 'ms', goal: { below: 1 } },
    ],
    checks: [{ name: 'all texts are equal', passed: true }],
  }

  it('shows a missed goal, which is no failure, and a check that does not hold, which is', () => {
    const printed: string[] = []
    vi.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text))
    expect(printReport(report, false)).toBe(true)
    expect(printed.join('\n')).toContain('MISSED: goal at least 2,000')
    expect(printed.join('\n')).toContain('met: goal below 1')
    expect(printed.join('\n')).toContain('PASS all texts are equal')
    expect(printReport({ ...report, checks: [{ name: 'x', passed: false }] }, false)).toBe(false)
    expect(printed.at(-1)).toContain('FAIL x')
  })

  it('is JSON where that is asked for', () => {
    const printed: string[] = []
    vi.spyOn(console, 'log').mockImplementation((text: string) => printed.push(text))
    printReport(report, true)
    expect(JSON.parse(printed.join(''))).toEqual(report)
  })
})
